//! Entry of the WebAssembly module: takes over the page the server rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the script in the page's head once the module has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    // Tells style sheets and tests that the page answers to script now.
    leptos::prelude::request_animation_frame(|| {
        if let Some(root) = leptos::prelude::document().document_element() {
            // An attribute of this name is never refused.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}
