//! Native dialogs.

use leptos::{html, prelude::*};

/// Opens a dialog over the page. The browser keeps the focus inside and gives
/// it back afterwards.
pub(crate) fn open(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked()
        && !dialog.open()
    {
        // Fails only for a dialog that has left the page.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog.
pub(crate) fn close(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        dialog.close();
    }
}
