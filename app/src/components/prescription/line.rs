//! One medicine of the draft.

use leptos::{prelude::*, task::spawn_local};
use seva_model::{MedicationLine, MedicineHit};

use super::{
    cell::Cell,
    draft::{Draft, Row},
    rows::{RowOp, move_up},
};
use crate::{
    components::{
        common::use_toasts,
        transcript::{beside::Heard, player::Player},
    },
    server_fns::prescriptions::{search_medicines, source_json},
};

/// Frequencies that one press writes: morning, noon, night.
const FREQUENCIES: [&str; 5] = ["1-0-0", "1-0-1", "1-1-1", "0-0-1", "SOS"];

type ReadField = fn(&MedicationLine) -> &String;
type WriteField = fn(&mut MedicationLine) -> &mut String;

/// A field of a line: its name in the form, its label, and where it is kept.
struct Part {
    name: &'static str,
    label: &'static str,
    list: Option<&'static str>,
    get: ReadField,
    set: WriteField,
}

const PARTS: [Part; 6] = [
    Part {
        name: "strength",
        label: "Strength",
        list: None,
        get: |l| &l.strength,
        set: |l| &mut l.strength,
    },
    Part {
        name: "dosage",
        label: "Dose",
        list: Some("doses"),
        get: |l| &l.dosage,
        set: |l| &mut l.dosage,
    },
    Part {
        name: "form",
        label: "Form",
        list: Some("forms"),
        get: |l| &l.form,
        set: |l| &mut l.form,
    },
    Part {
        name: "route",
        label: "Route",
        list: Some("routes"),
        get: |l| &l.route,
        set: |l| &mut l.route,
    },
    Part {
        name: "duration",
        label: "Duration",
        list: Some("durations"),
        get: |l| &l.duration,
        set: |l| &mut l.duration,
    },
    Part {
        name: "instructions",
        label: "Instructions",
        list: Some("instructions-list"),
        get: |l| &l.instructions,
        set: |l| &mut l.instructions,
    },
];

const FREQUENCY: Part = Part {
    name: "frequency",
    label: "Frequency",
    list: Some("frequencies"),
    get: |l| &l.frequency,
    set: |l| &mut l.frequency,
};

/// The row: name with search, the fields, the quantity, the seconds it was heard
/// in, and the buttons that move it.
#[component]
pub(crate) fn LineEditor(
    draft: Draft,
    row: Row<MedicationLine>,
    index: ReadSignal<usize>,
    player: Option<Player>,
) -> impl IntoView {
    let source = row.value.with_untracked(|line| line.source);
    let field_name =
        move |field: &'static str| format!("form[medications][{}][{field}]", index.get());
    view! {
        <li class="line">
            <div class="line__head">
                <span class="line__number">{move || index.get() + 1}</span>
                <MedicineName row index/>
                {player.map(|player| view! { <Heard source player/> })}
            </div>
            <div class="line__cells">
                {PARTS[..4].iter().map(|part| part_view(part, row, index)).collect_view()}
                <div class="line__frequency">
                    {part_view(&FREQUENCY, row, index)}
                    <div class="chips needs-script" role="group" aria-label="Common frequencies">
                        {FREQUENCIES.map(|frequency| view! {
                            <button type="button" class="chip"
                                aria-pressed=move || row.value.with(|l| l.frequency == frequency).to_string()
                                on:click=move |_| row.value.update(|l| l.frequency = frequency.to_owned())
                            >{frequency}</button>
                        }).collect_view()}
                    </div>
                </div>
                {PARTS[4..].iter().map(|part| part_view(part, row, index)).collect_view()}
            </div>
            <p class="line__quantity">
                {move || row.value.with(MedicationLine::quantity).map(|pieces| format!("Quantity {pieces}"))}
            </p>
            <div class="line__buttons">
                <MoveButtons draft row index/>
            </div>
            <input type="hidden" name=move || field_name("generic") prop:value=move || row.value.with(|l| l.generic.clone()) value=row.value.with_untracked(|l| l.generic.clone())/>
            <input type="hidden" name=move || field_name("rxnorm") prop:value=move || row.value.with(|l| l.rxnorm.clone()) value=row.value.with_untracked(|l| l.rxnorm.clone())/>
            <input type="hidden" name=move || field_name("heard") value=source_json(source.as_ref())/>
        </li>
    }
}

fn part_view(
    part: &'static Part,
    row: Row<MedicationLine>,
    index: ReadSignal<usize>,
) -> impl IntoView {
    let (get, set) = (part.get, part.set);
    view! {
        <Cell label=part.label class=format!("cell--{}", part.name) list=part.list
            name=Signal::derive(move || format!("form[medications][{}][{}]", index.get(), part.name))
            value=Signal::derive(move || row.value.with(|line| get(line).clone()))
            on_input=move |text| row.value.update(|line| *set(line) = text)
            from_speech=row.value.with_untracked(|line| line.source.is_some())/>
    }
}

/// The name, with what the lexicon knows for the letters typed so far.
#[component]
fn MedicineName(row: Row<MedicationLine>, index: ReadSignal<usize>) -> impl IntoView {
    let hits = RwSignal::new(Vec::<MedicineHit>::new());
    let active = RwSignal::new(None::<usize>);
    let asked = StoredValue::new(0_u32);
    let list_id = move || format!("medicines-{}", row.key);
    let close = move || {
        // An answer that is still on its way opens nothing again.
        asked.try_update_value(|ask| *ask += 1);
        hits.set(Vec::new());
        active.set(None);
    };
    let choose = move |hit: MedicineHit| {
        row.value.update(|line| {
            line.name = hit.name;
            line.generic = hit.generic.unwrap_or_default();
            line.rxnorm = hit.rxnorm.unwrap_or_default();
        });
        close();
    };
    let typed = move |text: String| {
        row.value.update(|line| {
            line.name.clone_from(&text);
            line.generic.clear();
            line.rxnorm.clear();
        });
        if text.trim().chars().count() < 2 {
            return close();
        }
        let ask = asked.get_value() + 1;
        asked.set_value(ask);
        spawn_local(async move {
            // An answer that was overtaken by more typing is thrown away; without
            // an answer there is just no list.
            let found = search_medicines(text).await.unwrap_or_default();
            if asked.try_get_value() == Some(ask) {
                active.set(None);
                hits.set(found);
            }
        });
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = hits.with_untracked(Vec::len);
        if count == 0 {
            return;
        }
        let here = active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => active.set(Some(here.map_or(0, |i| (i + 1) % count))),
            "ArrowUp" => active.set(Some(here.map_or(count - 1, |i| (i + count - 1) % count))),
            "Escape" => close(),
            "Enter" => match here.and_then(|i| hits.with_untracked(|h| h.get(i).cloned())) {
                Some(hit) => choose(hit),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="medicine">
            <label class="cell cell--name">
                <span class="cell__label">"Medicine"</span>
                <input
                    type="text" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false"
                    role="combobox" aria-autocomplete="list"
                    aria-controls=list_id
                    aria-expanded=move || hits.with(|h| !h.is_empty()).to_string()
                    aria-activedescendant=move || active.get().map(|i| format!("{}-{i}", list_id()))
                    name=move || format!("form[medications][{}][name]", index.get())
                    value=row.value.with_untracked(|line| line.name.clone())
                    prop:value=move || row.value.with(|line| line.name.clone())
                    on:input=move |event| typed(event_target_value(&event))
                    on:keydown=on_key
                    on:blur=move |_| set_timeout(close, std::time::Duration::from_millis(150))
                />
            </label>
            <ul class="medicine__list" id=list_id role="listbox" aria-label="Medicines" hidden=move || hits.with(Vec::is_empty)>
                {move || hits.get().into_iter().enumerate().map(|(i, hit)| {
                    let chosen = hit.clone();
                    view! {
                        <li role="option" id=format!("{}-{i}", list_id())
                            aria-selected=move || (active.get() == Some(i)).to_string()
                            on:mousedown=move |event| {
                                event.prevent_default();
                                choose(chosen.clone());
                            }
                        >
                            <span>{hit.name}</span>
                            {hit.generic.map(|generic| view! { <span class="medicine__generic">{generic}</span> })}
                        </li>
                    }
                }).collect_view()}
            </ul>
            <span class="medicine__generic">{move || row.value.with(|line| line.generic.clone())}</span>
        </div>
    }
}

#[component]
fn MoveButtons(draft: Draft, row: Row<MedicationLine>, index: ReadSignal<usize>) -> impl IntoView {
    let toasts = use_toasts();
    let swap = move |lower: usize| draft.medications.update(|rows| move_up(rows, lower));
    let remove = move || {
        let at = index.get_untracked();
        draft
            .medications
            .update(|rows| super::rows::remove(rows, at));
        let name = row.value.with_untracked(|line| line.name.clone());
        let name = if name.is_empty() {
            "The empty line".to_owned()
        } else {
            name
        };
        toasts.offer_undo(format!("{name} was removed."), move || {
            draft
                .medications
                .update(|rows| rows.insert(at.min(rows.len()), row));
        });
    };
    let is_last = move || index.get() + 1 >= draft.medications.with(Vec::len);
    let label = move |what: &str| row.value.with(|line| format!("{what} {}", line.name));
    view! {
        <button class="button button--quiet" name="op" value=move || RowOp::MedicineUp(index.get()).to_string()
            aria-label=move || label("Move up") disabled=move || index.get() == 0
            on:click=move |event| {
                event.prevent_default();
                swap(index.get_untracked());
            }>"Up"</button>
        <button class="button button--quiet" name="op" value=move || RowOp::MedicineDown(index.get()).to_string()
            aria-label=move || label("Move down") disabled=is_last
            on:click=move |event| {
                event.prevent_default();
                swap(index.get_untracked() + 1);
            }>"Down"</button>
        <button class="button button--quiet" name="op" value=move || RowOp::RemoveMedicine(index.get()).to_string()
            aria-label=move || label("Remove")
            on:click=move |event| {
                event.prevent_default();
                remove();
            }>"Remove"</button>
    }
}
