"""The list of runs, showing one again, what is kept of it, and generating."""

from __future__ import annotations

import base64
import gc
import io
import resource
from typing import Any

import pytest
import torch
from PIL import Image

from interpogate.protocol import messages as m
from interpogate.protocol.codec import decode
from interpogate.worker import shelf
from service_client import MODELS, Client, opened

PROMPT = "When Anna and Tom went to the park, Tom gave a ball to"


def _ran(client: Client, **params: Any) -> m.RunState:
    client.ask("run/start", **params)
    client.work()
    return client.run


@pytest.fixture(scope="module")
def demo() -> Client:
    client = Client()
    client.open("demo")
    return client


def writer(name: str) -> Client:
    client = Client()
    client.open(f"writers.py:{name}", MODELS)
    assert client.state.phase == "ready", client.state.problem
    return client


def test_runs_are_listed_with_what_they_were_given_and_how_they_ended() -> None:
    client = opened("Residual")
    _ran(client, inputs="x = float32[2, 8]")
    _ran(client)
    _ran(client, inputs="x = float32[2, 9]")
    runs = decode(client.ask("run/list"), m.Runs).runs
    assert [run.run_id for run in runs] == [1, 2, 3]
    assert [run.inputs for run in runs] == ["x = float32[2, 8]", None, "x = float32[2, 9]"]
    assert [run.phase for run in runs] == ["finished", "finished", "failed"]
    assert [run.is_kept for run in runs] == [True, True, True]
    assert all(run.tokens is None and run.started_at > 1e9 for run in runs)


def test_an_earlier_run_is_shown_again_with_its_graph_tokens_and_predictions(demo: Client) -> None:
    first = _ran(demo, text="Anna and Tom went")
    strip = demo.ask("prediction/strip", runId=first.run_id)
    table = demo.level().tensors
    _ran(demo, text=PROMPT)
    assert demo.state.shown_run_id == demo.run.run_id != first.run_id
    version = demo.state.graph_version
    again = decode(demo.ask("run/select", runId=first.run_id), m.RunState)
    assert again == first
    assert (demo.state.shown_run_id, demo.state.graph_version) == (first.run_id, version + 1)
    assert demo.level().tensors == table
    assert demo.ask("prediction/strip", runId=first.run_id) == strip
    details = decode(demo.ask("node/inspect", node="transformer.wte"), m.NodeDetails)
    assert details.run_id == first.run_id
    assert details.outputs[0].shape == (1, 4, 128)


def test_a_failed_run_is_shown_again_with_its_problem() -> None:
    client = opened("Residual")
    failed = _ran(client, inputs="x = float32[2, 9]")
    assert failed.problem is not None
    _ran(client)
    assert client.state.problem is None
    client.ask("run/select", runId=failed.run_id)
    assert client.state.problem == failed.problem


def test_a_run_that_left_nothing_says_why() -> None:
    client = opened("Residual")
    client.ask("run/start")
    assert "still running" in client.refusal("run/select", runId=1).message
    client.ask("run/cancel", runId=1)
    client.work()
    assert "cancelled" in client.refusal("run/select", runId=1).message
    _ran(client, inputs="y = float32[1, 8]")
    assert "inputs did not fit" in client.refusal("run/select", runId=2).message
    assert client.refusal("run/select", runId=9).code == "run.notFound"


def test_twenty_runs_are_kept_and_the_shown_one_beside_them() -> None:
    client = opened("Residual")
    for _ in range(5):
        _ran(client)
    client.ask("run/select", runId=2)
    session: Any = client.service._session
    for number in range(6, 40):
        session.begin_run(_unrun(session, number))
    kept = [run.run_id for run in decode(client.ask("run/list"), m.Runs).runs]
    assert kept == [2, *range(20, 40)]
    assert client.level().ids


def _unrun(session: Any, number: int) -> Any:
    from interpogate.worker.runs import Run

    run = Run("model-1", number, {})
    run.phase = "finished"
    return run


def test_logits_that_are_too_many_go_and_the_likeliest_tokens_stay(
    demo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _ran(demo, text=PROMPT)
    reference = {"runId": first.run_id, "position": 3}
    whole = demo.ask("prediction/read", **reference, count=100)
    strip = demo.ask("prediction/strip", runId=first.run_id)
    likely = demo.ask("prediction/find", **reference, text=whole["tokens"]["texts"][0])
    session: Any = demo.service._session
    shelf.make_room(session.runs, 0, capacity=1)
    assert session.run(first.run_id).byte_length == 0
    assert demo.ask("prediction/read", **reference, count=100) == whole
    assert demo.ask("prediction/strip", runId=first.run_id) == strip
    found = demo.ask("prediction/find", **reference, text=whole["tokens"]["texts"][0])
    assert found["ranks"][0] == likely["ranks"][0] == 1
    assert demo.refusal("prediction/find", **reference, text="#999").code == "prediction.none"
    record = decode(demo.ask("run/read", runId=first.run_id, first=0), m.RunRecord)
    assert "100 likeliest" in record.state.note


def test_a_strip_tells_at_every_position_what_torch_tells(demo: Client) -> None:
    run = _ran(demo, text=PROMPT)
    assert run.tokens is not None
    strip = decode(demo.ask("prediction/strip", runId=run.run_id), m.PredictionStrip)
    session: Any = demo.service._session
    ids = torch.tensor([run.tokens.ids])
    with torch.no_grad():
        shares = session.opened.loaded.model(input_ids=ids).logits[0].softmax(-1)
    assert strip.tokens.ids == tuple(shares.argmax(-1).tolist())
    assert strip.probabilities == pytest.approx(shares.max(-1).values.tolist(), abs=1e-6)
    follow = ids[0, 1:]
    rows = torch.arange(len(follow))
    ranks = (shares[:-1] > shares[rows, follow][:, None]).sum(-1) + 1
    assert strip.actual_ranks == (*ranks.tolist(), 0)
    actual = [*shares[rows, follow].tolist(), 0.0]
    assert strip.actual_probabilities == pytest.approx(actual, abs=1e-6)


def test_a_token_is_found_by_text_by_its_raw_form_and_by_id(demo: Client) -> None:
    run = _ran(demo, text=PROMPT)
    assert run.tokens is not None
    last = {"runId": run.run_id, "position": len(run.tokens.ids) - 1}
    found = decode(demo.ask("prediction/find", **last, text="Anna"), m.FoundTokens)
    assert (found.tokens.texts[0], found.ranks[0]) == (" Anna", 1)
    assert list(found.ranks) == sorted(found.ranks)
    identity = found.tokens.ids[0]
    for text in (f"#{identity}", found.tokens.raw[0]):
        again = decode(demo.ask("prediction/find", **last, text=text), m.FoundTokens)
        row = again.tokens.ids.index(identity)
        assert again.probabilities[row] == found.probabilities[0]
        assert again.is_whole[row]
    begun = decode(demo.ask("prediction/find", **last, text="Annabellissima"), m.FoundTokens)
    assert not all(begun.is_whole)
    assert demo.refusal("prediction/find", **last, text="").code == "prediction.none"
    outside = demo.refusal("prediction/find", runId=run.run_id, position=99, text="Anna")
    assert outside.code == "prediction.none"


def test_logits_that_are_no_numbers_are_said() -> None:
    client = writer("not_a_number")
    run = _ran(client, text="Anna and")
    refused = client.refusal("prediction/read", runId=run.run_id, position=0)
    assert "NaN" in refused.message
    strip = decode(client.ask("prediction/strip", runId=run.run_id), m.PredictionStrip)
    assert set(strip.probabilities) == {0.0}


def test_generating_goes_on_as_the_model_itself_would(demo: Client) -> None:
    run = _ran(demo, text=PROMPT, tokenCount=5)
    session: Any = demo.service._session
    assert run.tokens is not None
    prompt = run.prompt_token_count
    model: Any = session.opened.loaded.model
    ids = torch.tensor([run.tokens.ids[:prompt]])
    expected = model.generate(ids, max_new_tokens=5, do_sample=False)[0].tolist()
    assert list(run.tokens.ids) == expected
    assert run.generated_text == session.opened.loaded.tokenizer.decode(expected[prompt:])
    assert (run.phase, run.step, run.step_count) == ("finished", 5, 5)
    assert run.prediction_count == len(run.tokens.ids) - 1
    assert ((1, prompt + 4), 1) in zip(
        demo.level().tensors.shapes, demo.level().tensors.token_dimensions, strict=True
    )


def test_hook_code_repeats_the_last_forward_pass_of_generating(demo: Client) -> None:
    run = _ran(demo, text="Anna and Tom went to the park", tokenCount=3)
    assert run.tokens is not None
    code = decode(demo.ask("hook/write", node="transformer.wte", kind="post"), m.HookCode)
    seen = "".join(run.tokens.texts[:-1])
    assert f"interp.forward_text({seen!r})".replace("'", '"') in code.text


def test_every_step_of_generating_has_events_from_the_root_on(demo: Client) -> None:
    run = _ran(demo, text=PROMPT, tokenCount=3)
    record = decode(demo.ask("run/read", runId=run.run_id, first=0), m.RunRecord)
    rows = zip(record.events.kinds, record.events.modules, strict=True)
    roots = [number for number, row in enumerate(rows) if row == ("started", 0)]
    assert len(roots) == 3
    assert (roots[0], roots[-1]) == (0, run.step_first_event)
    assert list(record.events.times_us) == sorted(record.events.times_us)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_logits_without_numbers_end_a_run_with_a_sentence(temperature: float) -> None:
    client = writer("not_a_number")
    run = _ran(client, text="Anna went", tokenCount=3, temperature=temperature)
    assert run.phase == "failed"
    assert run.problem is not None
    assert "NaN or Inf" in run.problem.message
    assert run.is_kept


def test_drawing_is_the_same_for_the_same_seed_and_greedy_at_temperature_zero(
    demo: Client,
) -> None:
    options = {"text": PROMPT, "tokenCount": 8}
    drawn = [_ran(demo, **options, temperature=2.0, seed=seed).generated_text for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert _ran(demo, **options, seed=7).generated_text == _ran(demo, **options).generated_text


def test_a_cancelled_generation_keeps_what_was_made(demo: Client) -> None:
    session: Any = demo.service._session
    started = demo.ask("run/start", text=PROMPT, tokenCount=50)
    run = session.run(started["runId"])
    begin = run.begin_step

    def cancel_at_the_fourth() -> None:
        begin()
        if run.step == 4:
            run.cancelled.set()

    run.begin_step = cancel_at_the_fourth
    demo.work()
    assert demo.run.phase == "cancelled"
    assert demo.run.tokens is not None
    assert len(demo.run.tokens.ids) - demo.run.prompt_token_count == 3
    assert demo.run.is_kept
    assert demo.state.shown_run_id == demo.run.run_id


def test_generating_ends_at_the_end_of_the_text_and_at_the_context_length() -> None:
    ended = _ran(writer("ends_at_once"), text="Anna and Tom", tokenCount=9)
    assert (ended.phase, ended.step) == ("finished", 1)
    assert ended.note == "The model ended its text after 1 of 9 tokens."
    short = writer("short_context")
    run = _ran(short, text="Anna and Tom went", tokenCount=20)
    assert run.tokens is not None
    assert (run.phase, len(run.tokens.ids)) == ("finished", 12)
    assert "at most 12 tokens" in run.note
    full = "Anna and Tom went to the park with Anna and Tom to"
    run = _ran(short, text=full, tokenCount=2)
    assert run.tokens is not None
    assert (run.prompt_token_count, len(run.tokens.ids)) == (12, 13)
    refused = short.refusal("run/start", text=f"{full} the", tokenCount=2)
    assert refused.message == "The text has 13 tokens, the model takes at most 12."


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"text": PROMPT, "tokenCount": -1}, "inputs.invalid"),
        ({"text": PROMPT, "tokenCount": 1001}, "inputs.invalid"),
        ({"text": PROMPT, "tokenCount": 1, "temperature": -0.5}, "inputs.invalid"),
        ({"text": PROMPT, "tokenCount": 1, "seed": 2**70}, "inputs.invalid"),
        ({"text": PROMPT, "tokenCount": 1, "seed": -1}, "inputs.invalid"),
        ({"tokenCount": 1}, "inputs.invalid"),
    ],
)
def test_generating_what_cannot_be_is_refused(
    demo: Client, params: dict[str, Any], code: str
) -> None:
    assert demo.refusal("run/start", **params).code == code


def test_a_model_without_next_tokens_says_that_it_cannot_generate() -> None:
    client = opened("Residual")
    assert client.refusal("run/start", tokenCount=3).code == "generate.unsupported"


def test_an_encoder_decoder_model_runs_on_a_text_and_writes_its_own() -> None:
    client = writer("encoder_decoder")
    plain = _ran(client, text="Anna and Tom went")
    assert plain.phase == "finished", plain.problem
    assert (plain.prediction_first, plain.prediction_count) == (4, 1)
    run = _ran(client, text="Anna and Tom went", tokenCount=3)
    assert run.phase == "finished", run.problem
    assert run.tokens is not None
    assert (run.prompt_token_count, len(run.tokens.ids)) == (5, 8)
    session: Any = client.service._session
    ids = torch.tensor([run.tokens.ids[:4]])
    written = session.opened.loaded.model.generate(ids, max_new_tokens=3, do_sample=False)
    assert list(run.tokens.ids[4:]) == written[0].tolist()
    strip = decode(client.ask("prediction/strip", runId=run.run_id), m.PredictionStrip)
    assert (strip.first, strip.tokens.ids) == (4, run.tokens.ids[5:])
    assert strip.actual_ranks == (1, 1, 1)
    assert client.refusal("prediction/read", runId=run.run_id, position=2).code == "prediction.none"


def test_an_image_that_the_page_sent_goes_into_a_run_and_the_state_says_how() -> None:
    client = Client()
    client.open("vision.py:SmallVision", MODELS)
    stream = io.BytesIO()
    Image.new("RGB", (640, 480), (0, 0, 255)).save(stream, "jpeg")
    data, name = stream.getvalue(), 'blue "sky".jpg'
    part = {"offset": 0, "byteLength": len(data), "data": base64.b64encode(data).decode()}
    assert client.refusal("input/upload", name=name, **part).code == "input.refused"
    sent = decode(client.ask("input/upload", name="sky.jpg", **part), m.UploadedInput)
    assert (sent.is_complete, sent.description) == (True, "image, 640 × 480")
    run = _ran(client, inputs=f"pixel_values = {sent.expression}\nscale = 2")
    assert run.phase == "finished", run.problem
    # the processor of the file makes a picture of the image's height
    assert run.note == "sky.jpg, 640 × 480, was prepared by image_processor: 1 × 3 × 24 × 32."
    assert client.refusal("run/start", inputs='x = npy("x.npy")').code == "input.notUploaded"
    refused = client.refusal("run/start", inputs='\npixel_values = npy("sky.jpg")')
    assert refused.message == "Line 2: sky.jpg is no .npy file that numpy.save wrote."


def test_arguments_stand_beside_a_text(demo: Client) -> None:
    run = _ran(demo, text="Anna and Tom", inputs="output_hidden_states = true")
    assert run.phase == "finished", run.problem
    assert (run.text, run.inputs) == ("Anna and Tom", "output_hidden_states = true")
    assert any(name.startswith("hidden_states") for name in demo.level().names)
    assert "Line 1" in demo.refusal("run/start", text="Anna", inputs="x").message


def test_a_hundred_runs_leave_the_worker_no_larger() -> None:
    client = writer("short_context")

    def some_runs(count: int) -> int:
        for _ in range(count):
            _ran(client, text="Anna and Tom went to the park", tokenCount=2)
            client.sent.clear()
        gc.collect()
        return len(gc.get_objects())

    some_runs(25)
    before, rss = some_runs(5), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    after = some_runs(100)
    assert after < before * 1.02
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < rss + 32 * 1024
