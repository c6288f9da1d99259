#![doc = include_str!("../README.md")]

mod fonts;
mod layout_data;
mod prescription;
mod qr;
mod renderer;
mod text;
mod world;

pub use prescription::{
    Clinic, Diagnosis, Doctor, MedicineLine, Patient, PrescriptionDocument, Verification,
};
pub use renderer::{RenderError, Renderer};
