"""What tests share: servers, builders, fakes and the world."""
