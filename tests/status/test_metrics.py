"""The metrics file: names that stay, numbers from the views, and never half a file."""

import os
import re
import shutil
import stat

import pytest

from saasexport.status import metrics

NAMES = [
    "saasexport_info",
    "saasexport_source_records",
    "saasexport_delivered_items",
    "saasexport_awaiting_items",
    "saasexport_held_entities",
    "saasexport_backlog_rows",
    "saasexport_last_sync_timestamp_seconds",
    "saasexport_counted_timestamp_seconds",
    "saasexport_repaired_items",
    "saasexport_delay_seconds",
    "saasexport_failed_items",
    "saasexport_indexer_status",
    "saasexport_feed_available",
    "saasexport_full_syncs",
    "saasexport_service_failures",
    "saasexport_job_problems",
]

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? \d+')


@pytest.fixture
def measured(installed):
    """An installation with a metrics file."""
    (installed.folder / "metrics").mkdir()
    installed.write_config('[export]\nmetrics_file = "metrics/saasexport.prom"')
    installed.change_ours(
        "update cde_categories_feed set status = 400 where id in (select id from cde_categories_feed limit 2)"
    )
    # A job takes the configuration into use; who only looks does not.
    installed.run("reindex_all_invalid", check=True)
    installed.run("saasexport", "status", check=True)
    return installed


def samples(exporter):
    """Every sample of the file: what is left of the value -> value."""
    text = (exporter.folder / "metrics" / "saasexport.prom").read_text()
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_the_names_stay():
    assert [metric.name for metric in metrics.ALL] == NAMES


def test_the_file_is_what_node_exporter_reads(measured):
    lines = (measured.folder / "metrics" / "saasexport.prom").read_text().splitlines()
    described = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    assert described == NAMES
    assert described == [line.split()[2] for line in lines if line.startswith("# TYPE ") and line.endswith(" gauge")]
    assert [line for line in lines if not line.startswith("#") and not LINE.fullmatch(line)] == []


def test_the_numbers_are_those_of_status(measured):
    found = samples(measured)
    rows = measured.ask("select feed, source_records, delivered, awaiting, backlog from feed_status")
    for feed, source, delivered, awaiting, backlog in rows:
        expected = {
            f'saasexport_source_records{{feed="{feed}"}}': str(source),
            f'saasexport_delivered_items{{feed="{feed}"}}': str(delivered),
            f'saasexport_awaiting_items{{feed="{feed}"}}': str(awaiting),
            f'saasexport_backlog_rows{{feed="{feed}"}}': str(backlog),
            f'saasexport_indexer_status{{feed="{feed}",status="valid"}}': "1",
            f'saasexport_indexer_status{{feed="{feed}",status="invalid"}}': "0",
        }
        assert expected == {key: found[key] for key in expected}
    assert found['saasexport_failed_items{feed="categories",status="rejected"}'] == "2"
    assert found['saasexport_failed_items{feed="categories",status="to_be_retried"}'] == "0"
    assert found["saasexport_service_failures"] == "0"


def test_a_job_that_did_work_writes_it_anew_and_an_idle_one_does_not(measured):
    path = measured.folder / "metrics" / "saasexport.prom"
    path.unlink()
    measured.run("reindex_all_invalid")
    assert not path.exists()
    measured.change("update review_detail set title = 'Changed' where review_id = 1")
    measured.run("reindex_all_invalid", check=True)
    assert path.exists()
    assert os.listdir(path.parent) == ["saasexport.prom"]


def test_status_writes_it_too_and_others_may_read_it(measured):
    path = measured.folder / "metrics" / "saasexport.prom"
    path.unlink()
    measured.run("saasexport", "status", check=True)
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_service_that_is_down_is_counted(measured):
    measured.url = "http://127.0.0.1:9"
    measured.write_config('[export]\nmetrics_file = "metrics/saasexport.prom"')
    measured.change("update catalog_product_entity_varchar set value = 'Renamed' where value_id = 1")
    assert measured.run("reindex_all_invalid", "--cron").returncode == 1
    found = samples(measured)
    assert found["saasexport_service_failures"] == "1"
    assert found['saasexport_job_problems{job="reindex_all_invalid"}'] == "1"


def test_a_folder_that_is_gone_makes_no_job_fail(measured):
    shutil.rmtree(measured.folder / "metrics")
    measured.change("update review_detail set title = 'Changed' where review_id = 1")
    measured.run("reindex_all_invalid", check=True)
    log = (measured.folder / "var" / "log" / "commerce-data-export-errors.log").read_text()
    assert f"CDE02-01 {measured.config}: [export] metrics_file: " in log


def test_status_shows_its_table_even_if_the_metrics_cannot_be_written(measured):
    shutil.rmtree(measured.folder / "metrics")
    done = measured.run("saasexport", "status")
    assert done.returncode == 0
    assert "products" in done.stdout
    path = f"{measured.folder}/metrics/saasexport.prom"
    hint = "name a file in a folder that can be written"
    said = f"saasexport: {measured.config}: [export] metrics_file: {path}: No such file or directory; {hint}\n"
    assert said == done.stderr


@pytest.mark.sample(1)
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_not_replaced(measured, make):
    path = measured.folder / "metrics" / "saasexport.prom"
    path.unlink(missing_ok=True)
    make(path)
    kind = stat.S_IFMT(path.stat().st_mode)
    done = measured.run("saasexport", "status")
    assert (done.returncode, f"[export] metrics_file: {path}: is no file; " in done.stderr) == (0, True)
    assert stat.S_IFMT(path.stat().st_mode) == kind


def test_a_label_with_quotes_stays_a_label():
    lines = list(metrics._metric(metrics.INFO, [({"version": 'a"b\\c\nd'}, 1)]))
    assert lines[-1] == 'saasexport_info{version="a\\"b\\\\c\\nd"} 1'
