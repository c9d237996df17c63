"""Deliberate mistakes: each is one that somebody might make, and a part of the battery that must notice it.

`before` must stand exactly once in the file; where it does no longer, the
mistake has to be made again in the words of today.
"""

from typing import NamedTuple


class Mistake(NamedTuple):
    """A patch of the package, and the tests of which one must fail."""

    name: str
    file: str  # below saasexport/
    before: str
    after: str
    tests: tuple[str, ...]  # below tests/end_to_end/
    is_quick: bool = False  # tried in the everyday suite, too


MISTAKES = (
    Mistake(
        "a lost acknowledgement is taken as delivered",
        "delivery/client.py",
        "return self._no_answer(part.batch, str(error), 0, request_id)",
        "return _Sent([Outcome(item, 200, '', 0, request_id) for item in part.batch])",
        ("test_network.py::test_nothing_is_marked_delivered_without_a_good_answer_and_the_job_ends",),
        is_quick=True,
    ),
    Mistake(
        "any answer with 200 is a good one",
        "delivery/answers.py",
        'return answer.get("status") == "ACCEPTED" and type(accepted) is int and accepted == count',
        "return True",
        ("test_network.py::test_nothing_is_marked_delivered_without_a_good_answer_and_the_job_ends",),
    ),
    Mistake(
        "every read has a deadline, the request has none",
        "delivery/http_connection.py",
        "        stream.settimeout(self._time_left())\n        return stream.recv(65_536)",
        "        stream.settimeout(self.timeout)\n        return stream.recv(65_536)",
        ("test_network.py::test_nothing_is_marked_delivered_without_a_good_answer_and_the_job_ends",),
    ),
    Mistake(
        "half of a split is dropped",
        "delivery/batches.py",
        "for part in (batch[:middle], batch[middle:]) if part]",
        "for part in (batch[:middle],) if part]",
        (
            "test_service_faults.py::test_a_400_rejects_the_culprits_and_delivers_their_neighbours_in_the_same_tick",
            "test_service_faults.py::test_a_413_is_split_and_remembered",
        ),
    ),
    Mistake(
        "the neighbours of a refused item are not sent again",
        "delivery/client.py",
        "return _Sent(bad, [_Part(each, True) for each in rest if each])",
        "return _Sent(bad + [Outcome(item, 2, 'refused with others', 400, request_id) for item in good])",
        ("test_service_faults.py::test_a_400_rejects_the_culprits_and_delivers_their_neighbours_in_the_same_tick",),
    ),
    Mistake(
        "Retry-After is not read",
        "delivery/destinations/__init__.py",
        "wait=answers.retry_after(response.headers) if code in (429, 503) else None",
        "wait=None",
        ("test_service_faults.py::test_retry_after_forbids_every_request_until_then_and_none_afterwards",),
    ),
    Mistake(
        "a service that is down is asked by every job",
        "delivery/backoff.py",
        "elif self.uses_backoff and failures",
        "elif not self.url and failures",
        ("test_service_faults.py::test_an_hour_of_500_is_an_hour_of_few_requests_and_one_tick_sends_everything",),
    ),
    Mistake(
        "a request id is a random one",
        "delivery/transport.py",
        'return uuid_of(url.encode() + b"\\0" + body)',
        "return uuid_of(os.urandom(16))",
        ("test_network.py::test_the_same_batch_has_the_same_request_id_until_it_arrives",),
    ),
    Mistake(
        "every process has a rate of its own",
        "delivery/transport.py",
        "wait_for_slot(self.settings.rate_limit_file, self.settings.requests_per_second)",
        "wait_for_slot(self.settings.rate_limit_file + str(id(self)), self.settings.requests_per_second)",
        ("test_service_faults.py::test_requests_per_second_holds_over_all_processes",),
    ),
    Mistake(
        "certificates are not looked at",
        "delivery/http_connection.py",
        "            return context.wrap_socket(whole, server_hostname=self.address.host)",
        "            import ssl\n"
        "            context.check_hostname = False\n            context.verify_mode = ssl.CERT_NONE\n"
        "            return context.wrap_socket(whole)",
        ("test_tls.py::test_a_certificate_that_nobody_vouches_for_is_refused",),
    ),
    Mistake(
        "status 2 is never sent again",
        "database/feed_table.sql",
        "   and status = 2\n   and source_entity_id > :after",
        "   and status = 1\n   and source_entity_id > :after",
        ("test_network.py::test_a_connection_refused",),
    ),
    Mistake(
        "the time of export does not advance",
        "database/feed_table.py",
        "    if last < now:\n        return now",
        "    if last < now or now:\n        return now",
        ("test_time.py::test_a_clock_set_back_does_not_make_the_service_ignore_us",),
    ),
    Mistake(
        "an environment's bit is cleared when a deletion is staged",
        "database/feed_table.sql",
        "-- name: mark_deleted\nupdate {feed_table}\n   set is_deleted = 1,",
        "-- name: mark_deleted\nupdate {feed_table}\n   set is_deleted = 1, environments = 0,",
        ("test_network.py::test_a_deletion_that_did_not_arrive_is_not_forgotten",),
    ),
    Mistake(
        "a deletion does not say what is deleted",
        "database/items.py",
        "        payload = pick(self.payload, decode_json(data), {})\n        payload.pop",
        "        payload = pick(self.feed.minimal, decode_json(data), {})\n        payload.pop",
        ("test_capture.py::test_a_key_that_changes_is_a_deletion_and_a_new_item",),
    ),
    Mistake(
        "deletions are found by time stamp",
        "database/feed_table.py",
        "        for row in gone:\n            decision = ",
        "        for row in gone:\n            if row.modified_at >= now:\n                continue\n"
        "            decision = ",
        ("test_network.py::test_an_item_whose_acknowledgement_was_lost_can_be_deleted",),
    ),
    Mistake(
        "triggers write the new key only",
        "capture/triggers.py",
        "select new.{key}, {via} union all {old};",
        "select new.{key}, {via};",
        ("test_capture.py::test_a_row_that_changes_its_owner_concerns_both",),
        is_quick=True,
    ),
    Mistake(
        "triggers are compared by name only",
        "setup/shop_check.py",
        "or _by_name(present) != triggers.texts(usable, installation.id):",
        "or set(_by_name(present)) != set(triggers.texts(usable, installation.id)):",
        ("test_history.py::test_a_changed_trigger_is_put_right",),
    ),
    Mistake(
        "what a dropped trigger missed is not looked for",
        "setup/shop_check.py",
        "            elif unseen & {entry.table for entry in feed.all_subscriptions()}:",
        "            elif not unseen & {entry.table for entry in feed.all_subscriptions()} and False:",
        ("test_history.py::test_a_dropped_trigger_is_put_back_and_what_it_missed_is_sent",),
    ),
    Mistake(
        "the fingerprint is not compared",
        "capture/changelog.py",
        "    if row[0] != expected:",
        "    if row[0] is None:",
        ("test_history.py::test_a_restored_shop_that_has_gone_on_since_is_noticed",),
    ),
    Mistake(
        "holes in a changelog are not counted",
        "capture/changelog.py",
        "    if seen != span.upto - span.after:",
        "    if seen > span.upto - span.after:",
        ("test_history.py::test_a_hole_in_a_changelog_is_noticed",),
    ),
    Mistake(
        "the purge goes ahead of the cursor",
        "capture/changelog.sql",
        "where version_id < :cursor order by version_id limit 1000",
        "where version_id <= :cursor + 1 order by version_id limit 1000",
        ("test_capture.py::test_a_purge_takes_what_was_read_and_keeps_the_proof_that_it_was",),
    ),
    Mistake(
        "a reconciliation does not look for what is gone",
        "sync/walk.py",
        "        if ids := sorted({*walked, *missing}):",
        "        if ids := sorted(walked):",
        ("test_capture.py::test_a_deletion_that_no_trigger_saw_is_found_by_the_reconciliation",),
    ),
    Mistake(
        "the cursor is stored before what it led to",
        "sync/story.py",
        "        for ids in changed.entities():",
        "        if changed.opened:\n"
        "            print_of_last = changed.opened.fingerprint\n"
        "            indexer.close_pass(this_pass.ours, feed, changed.upto, print_of_last, exporter.clock())\n"
        "        for ids in changed.entities():",
        ("test_crash.py::test_every_job_killed_at_every_call[reindex_all_invalid-fdatasync]",),
    ),
    Mistake(
        "what a crash left is not taken up",
        "database/feed_table.sql",
        "   and status = 0\n   and source_entity_id > :after",
        "   and status = 3\n   and source_entity_id > :after",
        ("test_crash.py::test_a_tick_killed_at_a_call_is_made_good_by_the_next_ones",),
    ),
    Mistake(
        "items are sent before they are on record",
        "sync/steps.py",
        "        deletion_guard.add(self.ours, self.feed, staged.gone, guard, now)\n",
        "        deletion_guard.add(self.ours, self.feed, staged.gone, guard, now)\n"
        "        for batch in self.exporter.client.batches(staged.pending, 100):\n"
        "            self.exporter.client.deliver(self.feed, batch)\n",
        ("test_network.py::test_an_item_sent_by_a_job_that_died_over_it_can_be_deleted",),
    ),
    Mistake(
        "two jobs may work at once",
        "lock.py",
        "            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n            return",
        "            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)\n            return",
        ("test_overlap.py::test_ticks_at_once_send_nothing_twice",),
    ),
    Mistake(
        "one bad item spoils its neighbours",
        "database/items.py",
        "        except UNENCODABLE:\n            faults.append",
        "        except RecursionError:\n            faults.append",
        ("test_bad_data.py",),
    ),
    Mistake(
        "new identities of the same entities count as deletions",
        "database/feed_table.py",
        "{row.entity_id: [] for row in known if row.entity_id not in alive}",
        "{row.entity_id: [] for row in known}",
        ("test_deletion_guard.py::test_new_identities_of_the_same_entities_do_not_count",),
    ),
    Mistake(
        "our database may lose its last commits in a power cut",
        "database/db.py",
        'ours.execute("pragma synchronous = full")',
        'ours.execute("pragma synchronous = off")',
        ("test_power.py",),
    ),
)
