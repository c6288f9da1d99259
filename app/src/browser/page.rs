//! The page as a whole.

/// Opens the browser's print dialog; the style sheet has rules for paper.
pub(crate) fn print() {
    // Fails in frames that may not print, where there is nothing to add.
    let _ = leptos::prelude::window().print();
}

/// Marks the root, so that styles and tests know that the page answers.
pub(crate) fn mark_hydrated() {
    if let Some(root) = leptos::prelude::document().document_element() {
        // Setting an attribute with a constant name can't fail.
        let _ = root.set_attribute("data-hydrated", "");
    }
}
