//! Sounds without a word in them, the same each time: what is written for them is invented.

use std::f32::consts::TAU;

const RATE: usize = 16_000;
const SECONDS: usize = 20;

/// Reproducible noise, -1 to 1.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// A resonance: noise through it sounds like air in a mouth.
struct Resonance {
    turn: f32,
    width: f32,
    last: [f32; 2],
}

impl Resonance {
    fn new(hertz: f32, bandwidth: f32) -> Self {
        let width = (-TAU / 2.0 * bandwidth / RATE as f32).exp();
        let turn = 2.0 * width * (TAU * hertz / RATE as f32).cos();
        Self {
            turn,
            width,
            last: [0.0; 2],
        }
    }

    fn next(&mut self, input: f32) -> f32 {
        let out = input * (1.0 - self.width) + self.turn * self.last[0]
            - self.width * self.width * self.last[1];
        self.last = [out, self.last[0]];
        out
    }
}

/// Name and 16 kHz samples of each sound.
pub(crate) fn all() -> Vec<(&'static str, Vec<f32>)> {
    vec![
        ("silence", vec![0.0; SECONDS * RATE]),
        ("quiet room", noise(0.0015)),
        ("white noise", noise(0.1)),
        ("pink noise", pink()),
        ("tone", over_time(|t| 0.3 * sine(440.0, t))),
        ("beeps", over_time(beep)),
        ("mains hum", over_time(hum)),
        ("telephone", over_time(telephone)),
        ("music", over_time(music)),
        ("breathing", breathing()),
        ("knocks", knocks()),
    ]
}

fn over_time(sound: impl Fn(f32) -> f32) -> Vec<f32> {
    (0..SECONDS * RATE)
        .map(|at| sound(at as f32 / RATE as f32))
        .collect()
}

fn sine(hertz: f32, time: f32) -> f32 {
    (TAU * hertz * time).sin()
}

fn noise(level: f32) -> Vec<f32> {
    let mut noise = Noise(1);
    (0..SECONDS * RATE).map(|_| level * noise.next()).collect()
}

/// Equally loud in each octave, as rain and traffic are.
fn pink() -> Vec<f32> {
    let mut noise = Noise(2);
    let mut octaves = [0.0_f32; 12];
    (0..SECONDS * RATE)
        .map(|at| {
            let octave = (at + 1).trailing_zeros() as usize;
            octaves[octave.min(11)] = noise.next();
            0.03 * octaves.iter().sum::<f32>()
        })
        .collect()
}

fn beep(time: f32) -> f32 {
    if time % 1.0 < 0.2 {
        0.3 * sine(880.0, time)
    } else {
        0.0
    }
}

fn hum(time: f32) -> f32 {
    0.1 * sine(50.0, time) + 0.05 * sine(150.0, time) + 0.02 * sine(250.0, time)
}

fn telephone(time: f32) -> f32 {
    let warble = if time % 0.1 < 0.05 { 960.0 } else { 1200.0 };
    if time % 3.0 < 1.0 {
        0.2 * sine(warble, time)
    } else {
        0.0
    }
}

/// A tune in plucked notes over held chords.
fn music(time: f32) -> f32 {
    const TUNE: [f32; 8] = [261.6, 329.6, 392.0, 523.3, 440.0, 392.0, 349.2, 293.7];
    const CHORDS: [[f32; 3]; 4] = [
        [130.8, 164.8, 196.0],
        [110.0, 130.8, 164.8],
        [87.3, 110.0, 130.8],
        [98.0, 123.5, 146.8],
    ];
    let since = time % 0.4;
    let note = TUNE[(time / 0.4) as usize % TUNE.len()];
    let plucked: f32 = (1..6)
        .map(|h| sine(note * h as f32, time) * (-since * 3.0 * h as f32).exp() / h as f32)
        .sum();
    let chord = CHORDS[(time / 1.6) as usize % CHORDS.len()];
    let held: f32 = chord.iter().map(|hertz| sine(*hertz, time)).sum();
    0.15 * plucked + 0.04 * held
}

/// In through the nose and out through the mouth, fifteen times a minute.
fn breathing() -> Vec<f32> {
    let mut noise = Noise(3);
    let mut nose = [Resonance::new(1100.0, 500.0), Resonance::new(2500.0, 900.0)];
    let mut mouth = [Resonance::new(550.0, 300.0), Resonance::new(1500.0, 600.0)];
    (0..SECONDS * RATE)
        .map(|at| {
            let phase = (at as f32 / RATE as f32) % 4.0;
            let air = noise.next();
            let through = |way: &mut [Resonance; 2], level: f32| {
                level * way.iter_mut().map(|part| part.next(air)).sum::<f32>()
            };
            let swell = |from: f32, to: f32| {
                let within = ((phase - from) / (to - from)).clamp(0.0, 1.0);
                (TAU / 2.0 * within).sin()
            };
            through(&mut nose, 0.15 * swell(0.0, 1.4)) + through(&mut mouth, 0.2 * swell(1.7, 3.4))
        })
        .collect()
}

/// A door, a cup put down: short thuds at uneven times.
fn knocks() -> Vec<f32> {
    let mut noise = Noise(4);
    let mut body = [Resonance::new(180.0, 60.0), Resonance::new(900.0, 400.0)];
    (0..SECONDS * RATE)
        .map(|at| {
            let time = at as f32 / RATE as f32;
            let since = (time % 1.7).min((time + 0.6) % 2.3);
            let hit = noise.next() * (-since * 60.0).exp();
            2.0 * body.iter_mut().map(|part| part.next(hit)).sum::<f32>()
        })
        .collect()
}

/// A WAVE file of 16 bit samples.
pub(crate) fn wav(samples: &[f32]) -> Vec<u8> {
    let mut bytes = wav_header(samples.len());
    bytes.extend(sixteen_bit(samples));
    bytes
}

/// What stands before so many 16 bit samples in a WAVE file.
pub(crate) fn wav_header(samples: usize) -> Vec<u8> {
    let length = u32::try_from(samples * 2).unwrap_or(u32::MAX);
    let rate = RATE as u32;
    let mut bytes = Vec::with_capacity(44);
    bytes.extend(b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes
}

pub(crate) fn sixteen_bit(samples: &[f32]) -> Vec<u8> {
    let sixteen_bit = |sample: &f32| (sample.clamp(-1.0, 1.0) * 32_767.0) as i16;
    samples
        .iter()
        .flat_map(|sample| sixteen_bit(sample).to_le_bytes())
        .collect()
}
