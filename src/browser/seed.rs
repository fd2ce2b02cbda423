/// 64 bits of the browser's good randomness.
pub(super) fn seed() -> u64 {
    let mut bytes = [0; 8];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        drop(crypto.get_random_values_with_u8_array(&mut bytes));
    }
    u64::from_le_bytes(bytes)
}
