//! Image configurations.
#![no_main]

use layerglass::image::ImageConfig;
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(config) = ImageConfig::parse(input, &Limits::default()) else { return };
    assert_eq!(config.raw(), input);
    assert_eq!(config.history_alignment().len(), config.history().len());
    assert_eq!(config.layer_history().len(), config.rootfs().diff_ids.len());
    assert_eq!(config.rootfs().chain_ids().len(), config.rootfs().diff_ids.len());
    let _ = (config.platform(), config.created(), config.run_config());
});
