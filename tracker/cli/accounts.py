"""tracker accounts: list accounts and people, make an account, reset a password, lift a lock, disable.

Whoever may run this command has the server, so no sign-in is asked for; every change is in the record,
without a person as its doer.
"""

from __future__ import annotations

import click

from tracker.bootstrap import Container
from tracker.cli.configuration import opened_container
from tracker.domain.passwords import random_password
from tracker.domain.values import SHANGHAI
from tracker.persistence.repositories.accounts import AccountRow


@click.group()
def accounts() -> None:
    """账号：列出、新建、重置密码、解锁、停用。"""


@accounts.command("list")
def list_accounts() -> None:
    """列出全部账号和状态。"""
    with opened_container() as container:
        for account in container.people.find_accounts(None):
            click.echo(f"{account.username:<20} {account.name}（人员 {account.person_id}）  {_state(account)}")


@accounts.command()
def people() -> None:
    """列出在岗人员：编号、姓名、岗位、账号。"""
    with opened_container() as container:
        for person in container.people.find_people(None):
            logins = "、".join(person.usernames) or "没有账号"
            click.echo(f"{person.id:<6} {person.name}  {'、'.join(person.posts) or '没有岗位'}  （{logins}）")


@accounts.command()
@click.argument("username")
@click.option("--person", type=int, required=True, help="人员编号，见 tracker accounts people。")
def create(username: str, person: int) -> None:
    """给一名已登记的人员新建账号 USERNAME；密码随机，只显示一次，首次登录须修改。"""
    password = random_password()
    with opened_container() as container:
        container.people.create_account(person_id=person, username=username, password=password, by=None)
    click.echo(f"已建账号 {username}，密码 {password}。首次登录须修改。")


@accounts.command()
@click.argument("username")
def reset(username: str) -> None:
    """重置密码：新密码只显示一次，首次登录须修改；已登录的全部退出。"""
    with opened_container() as container:
        password = container.people.reset_password(_account(container, username).id, by=None)
    click.echo(f"账号 {username} 的新密码是 {password}。首次登录须修改。")


@accounts.command()
@click.argument("username")
def unlock(username: str) -> None:
    """解除因连续输错密码造成的锁定。"""
    with opened_container() as container:
        container.people.unlock(_account(container, username).id, by=None)
    click.echo(f"账号 {username} 已解锁。")


@accounts.command()
@click.argument("username")
@click.option("--undo", is_flag=True, help="恢复使用。")
def disable(username: str, undo: bool) -> None:
    """停用账号，立即退出；--undo 恢复。"""
    with opened_container() as container:
        account_id = _account(container, username).id
        if undo:
            container.people.enable(account_id, by=None)
        else:
            container.people.disable(account_id, by=None)
    click.echo(f"账号 {username} 已{'恢复' if undo else '停用'}。")


def _account(container: Container, username: str) -> AccountRow:
    """Return the account of a name; ends the command with a sentence when there is none."""
    for account in container.people.find_accounts(None):
        if account.username == username.strip().lower():
            return account
    raise click.ClickException(f"没有账号 {username}。用 tracker accounts list 查看全部账号。")


def _state(account: AccountRow) -> str:
    if account.disabled:
        return "已停用"
    if account.locked_until is not None:
        return f"锁定至 {account.locked_until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}（到时自动解除）"
    return "须改密码" if account.must_change else "正常"
