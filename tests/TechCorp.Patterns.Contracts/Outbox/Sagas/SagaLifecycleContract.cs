using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>How sagas begin, wait, are handed over, and end.</summary>
public abstract class SagaLifecycleContract<TDatabase> : SagaContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly ConcurrentQueue<string> _trail = new();

    [Fact, Trait("Spec", "SG21")]
    public async Task Of_64_starts_for_one_order_one_begins_a_saga()
    {
        var process = Process();

        var starts = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => process.StartAsync("o-1", Order, Cancel), Cancel)));
        await DriveAsync(process);

        starts.Count(s => s.IsNew).Should().Be(1);
        starts.Select(s => s.Id).Distinct().Should().ContainSingle();
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG21")]
    public async Task A_second_start_finds_the_saga_even_when_it_has_ended()
    {
        var process = Process();
        var first = await process.StartAsync("o-1", Order, Cancel);
        await DriveAsync(process);

        var second = await process.StartAsync("o-1", Order with { Amount = 999 }, Cancel);

        second.Should().Be(new SagaStart(first.Id, IsNew: false));
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG1")]
    public async Task A_start_in_a_transaction_that_is_rolled_back_leaves_no_saga()
    {
        var process = Process();
        await using (var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel))
        {
            (await process.StartAsync(write.Transaction, "o-1", Order, Cancel)).IsNew.Should().BeTrue();
        }

        process.Wake();
        await process.Worker.RunDueAsync(Cancel);
        await Db.AgeAsync(Options.LeaseDuration * 2);
        await process.Worker.RunDueAsync(Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        (await process.FindAsync<OrderState>("o-1", Cancel)).Should().BeNull();
        Warehouse.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task Starts_that_were_rolled_back_hold_no_slots()
    {
        var process = Process();
        for (var i = 0; i < Options.Concurrency; i++)
        {
            await using var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
            await process.StartAsync(write.Transaction, $"never-{i}", Order, Cancel);
        }

        await process.StartAsync("o-1", Order, Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        (await process.FindAsync<OrderState>("o-1", Cancel))!.Status.Should().Be(SagaStatus.Completed, "no time has passed, and nobody looked");
    }

    [Fact, Trait("Spec", "SG1")]
    public async Task A_start_in_a_transaction_runs_as_soon_as_Wake_is_called_after_its_commit()
    {
        var process = Process();
        await using (var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel))
        {
            await process.StartAsync(write.Transaction, "o-1", Order, Cancel);
            await write.CommitAsync(Cancel);
        }

        process.Wake();
        await process.Worker.RunDueAsync(Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        (await process.FindAsync<OrderState>("o-1", Cancel))!.Status.Should().Be(SagaStatus.Completed, "no time has passed");
        (await Db.ScalarAsync<long>("select epoch from {saga}")).Should().Be(1, "who starts it owns it");
    }

    [Fact, Trait("Spec", "SG18")]
    public async Task A_host_that_stops_in_the_middle_of_a_call_hands_the_saga_over()
    {
        var first = Process();
        var paying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Gateway.Before = async (op, nth, token) =>
        {
            if (op == "charge" && nth == 1)
            {
                paying.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
        };
        await first.StartAsync("o-1", Order, Cancel);
        await paying.Task.WaitAsync(Watchdog, Cancel);

        await first.Worker.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Watchdog, Cancel);

        var between = await first.FindAsync<OrderState>("o-1", Cancel);
        between!.Steps[1].State.Should().Be(SagaStepState.Started, "stopping is not an outcome");
        between.Steps[1].Attempt.Should().Be(0);
        var second = Process();
        (await second.Worker.RunDueAsync(Cancel)).Started.Should().Be(1, "it is released, no lease must run out");
        var saga = await DriveAsync(second);
        saga.Status.Should().Be(SagaStatus.Completed);
        saga.Steps[1].Attempt.Should().Be(1);
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG18")]
    public async Task A_host_that_stops_writes_the_outcome_of_a_call_that_ends_in_time_and_begins_no_other()
    {
        var first = Process();
        var paying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var paid = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Gateway.After = async (op, _, _) =>
        {
            paying.TrySetResult();
            await (op == "charge" ? paid.Task : Task.CompletedTask);
        };
        await first.StartAsync("o-1", Order, Cancel);
        await paying.Task.WaitAsync(Watchdog, Cancel);
        var stop = first.Worker.StopAsync(Cancel);
        paid.SetResult();
        await stop.WaitAsync(Watchdog, Cancel);

        var between = await first.FindAsync<OrderState>("o-1", Cancel);
        between!.Steps[1].State.Should().Be(SagaStepState.Succeeded);
        Warehouse.Count("confirm").Should().Be(0);
        await DriveAsync(Process());
        Gateway.Count("charge").Should().Be(1);
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG17")]
    public async Task A_call_that_takes_longer_than_its_timeout_is_unknown_and_asked_for_again()
    {
        var process = Process();
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Gateway.After = async (op, nth, _) =>
        {
            if (op == "charge" && nth == 1)
            {
                hangs.SetResult();
                await HangAsync();
            }
        };
        await process.StartAsync("o-1", Order, Cancel);
        await hangs.Task.WaitAsync(Watchdog, Cancel);
        Db.Time.Advance(Options.StepTimeout);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        var waiting = await process.FindAsync<OrderState>("o-1", Cancel);
        waiting!.Steps[1].State.Should().Be(SagaStepState.Unknown);
        waiting.Steps[1].LastError.Should().Contain("No answer within");
        (await DriveAsync(process)).Status.Should().Be(SagaStatus.Completed);
        Gateway.Count("charge").Should().Be(2);
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG12")]
    public async Task A_last_step_that_may_be_given_up_undoes_everything_before_it_in_reverse()
    {
        var process = Probe(s => s
            .Step("reserve", Does("reserve"), Undoes("release"))
            .Step("pay", Does("pay"), Undoes("refund"))
            .Step("confirm", (_, _) => throw new TimeoutException("No answer.")));

        var saga = await RunProbeAsync(process);

        saga.Status.Should().Be(SagaStatus.Compensated);
        _trail.Should().Equal("reserve", "pay", "refund", "release");
    }

    [Fact, Trait("Spec", "SG23")]
    public async Task An_output_that_cannot_be_written_is_unknown_and_undone_in_the_end()
    {
        var process = Probe(s => s.Step("make", Make, Undoes("unmake")));

        var saga = await RunProbeAsync(process);

        saga.Status.Should().Be(SagaStatus.Compensated);
        saga.Steps[0].Attempt.Should().Be(5, "it is no crash loop");
        _trail.Should().Equal("make", "make", "make", "make", "make", "unmake");

        Task<StepOutcome> Make(StepContext<ProbeState> step, CancellationToken cancellationToken)
        {
            _trail.Enqueue("make");
            return Task.FromResult(StepOutcome.Success(new OrderEnded(null!, "x", null), UnwritableJson()));
        }

        static System.Text.Json.Serialization.Metadata.JsonTypeInfo<OrderEnded> UnwritableJson()
        {
            var options = new JsonSerializerOptions { TypeInfoResolver = SagaJson.Default };
            options.Converters.Add(new Unwritable());
            return (JsonTypeInfo<OrderEnded>)JsonMetadataServices.CreateValueInfo<OrderEnded>(options, new Unwritable());
        }
    }

    [Fact, Trait("Spec", "SG5")]
    public async Task Before_a_step_is_given_up_its_outcome_is_asked_for()
    {
        var process = Probe(s => s
            .Step("pay", (_, _) => throw new TimeoutException("No answer."), Undoes("refund")).QueryOutcome((step, _) =>
            {
                _trail.Enqueue($"query {step.Attempt}");
                return Task.FromResult(StepOutcome.Success("p-1"));
            })
            .Step("ship", Does("ship")));

        var saga = await RunProbeAsync(process);

        saga.Status.Should().Be(SagaStatus.Completed);
        saga.Steps[0].Output.Should().Be("p-1");
        _trail.Should().Equal("query 5", "ship");
    }

    [Fact]
    public async Task A_step_is_asked_again_after_1_2_4_and_8_seconds()
    {
        var process = Probe(s => s.Step("pay", (_, _) => throw new TimeoutException("No answer.")));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        var delays = new List<TimeSpan>();
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await process.IdleAsync().WaitAsync(Watchdog, Cancel);
            delays.Add(await DelayAsync());
            await Db.AgeAsync(delays[^1]);
            (await process.Worker.RunDueAsync(Cancel)).Started.Should().Be(1);
        }

        delays.Should().Equal(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));

        // The statement that schedules the next attempt sets both times from one reading of the database's clock.
        async Task<TimeSpan> DelayAsync()
            => TimeSpan.FromMilliseconds(await Db.ScalarAsync<long>($"select {Db.MillisecondsBetween("updated_at", "next_at")} from {{saga}}"));
    }

    [Fact]
    public async Task A_local_step_commits_with_its_outcome_or_not_at_all()
    {
        var table = Db.Database.Table("local_work");
        await Db.ExecuteAsync($"create table {table} (id text not null)");
        var calls = 0;
        var process = Probe(s => s.LocalStep("write", async (step, _) =>
        {
            await step.Connection.ExecuteAsync($"insert into {table} (id) values ('x')", transaction: step.Transaction);
            return ++calls < 3 ? throw new InvalidOperationException("Not yet.") : StepOutcome.Success();
        }));

        (await RunProbeAsync(process)).Status.Should().Be(SagaStatus.Completed);

        calls.Should().Be(3);
        (await Db.ScalarAsync<long>($"select count(*) from {table}")).Should().Be(1);
    }

    [Fact]
    public async Task A_local_step_that_never_committed_is_not_undone()
    {
        var process = Probe(s => s
            .Step("reserve", Does("reserve"), Undoes("release"))
            .LocalStep("write", (_, _) => throw new InvalidOperationException("Never."), Undoes("unwrite")));

        (await RunProbeAsync(process)).Status.Should().Be(SagaStatus.Compensated);

        _trail.Should().Equal("reserve", "release");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_local_step_is_given_up_when_the_host_stops(bool looksAtItsToken)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Probe(s => s.LocalStep("write", async (_, token) =>
        {
            begun.TrySetResult();
            await HangAsync().WaitAsync(looksAtItsToken ? token : CancellationToken.None);
            return StepOutcome.Success();
        }));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await begun.Task.WaitAsync(Watchdog, Cancel);

        Forget(process);
        await process.Worker.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Watchdog, Cancel);

        var saga = await process.FindAsync<ProbeState>("p-1", Cancel);
        saga!.Steps[0].Attempt.Should().Be(0, "stopping is not an outcome");
        (await Probe(s => s.LocalStep("write", (_, _) => Task.FromResult(StepOutcome.Success()))).Worker.RunDueAsync(Cancel)).Started.Should()
            .Be(1, "it is released");
    }

    [Fact]
    public async Task A_local_step_that_ignores_its_token_releases_the_writer_slot_after_its_timeout()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Probe(s => s.LocalStep("write", async (_, _) =>
        {
            begun.TrySetResult();
            await HangAsync();
            return StepOutcome.Success();
        }));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await begun.Task.WaitAsync(Watchdog, Cancel);

        Db.Time.Advance(Options.StepTimeout);
        Forget(process);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        (await process.FindAsync<ProbeState>("p-1", Cancel))!.Steps[0].LastError.Should().Contain("No answer within");
    }

    [Fact]
    public async Task The_authors_part_in_the_end_is_given_up_when_the_host_stops()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Probe(s => s.Step("a", Does("a")).OnCompleted(async (_, token) =>
        {
            begun.TrySetResult();
            await HangAsync().WaitAsync(token);
        }));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await begun.Task.WaitAsync(Watchdog, Cancel);

        Forget(process);
        await process.Worker.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Watchdog, Cancel);

        var next = Probe(s => s.Step("a", Does("a")));
        (await next.Worker.RunDueAsync(Cancel)).Started.Should().Be(1, "it is released");
        (await DriveProbeAsync(next)).Status.Should().Be(SagaStatus.Completed);
    }

    [Fact]
    public async Task A_stop_does_not_wait_forever_for_a_call_that_ignores_its_token()
    {
        var process = Process();
        process.Worker.ReleaseTimeout = TimeSpan.FromMilliseconds(1);
        var hangs = DiesAt(process, SagaPoint.AfterCall, _ => true);
        await process.StartAsync("o-1", Order, Cancel);
        await hangs;

        var stop = () => process.Worker.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Watchdog, Cancel);

        await stop.Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_deadline_before_the_point_of_no_return_undoes_the_saga()
    {
        var process = Probe(s => s
            .Step("reserve", Does("reserve"), Undoes("release"))
            .Step("pay", (_, _) => Task.FromResult(StepOutcome.Pending(TimeSpan.FromSeconds(7))), Undoes("refund"))
            .Deadline(TimeSpan.FromMinutes(1)));

        var saga = await RunProbeAsync(process);

        saga.Status.Should().Be(SagaStatus.Compensated);
        saga.Reason.Should().Contain("deadline");
        _trail.Should().Equal("reserve", "refund", "release");
    }

    [Fact]
    public async Task A_deadline_after_the_point_of_no_return_only_raises_the_alarm()
    {
        var isDown = true;
        var process = Probe(s => s
            .Step("pay", Does("pay"), Undoes("refund"))
            .Step("ship", (_, _) => isDown ? throw new TimeoutException("No answer.") : Task.FromResult(StepOutcome.Success())).Retriable()
            .Deadline(TimeSpan.FromSeconds(20)));

        var alarmed = await RunProbeAsync(process, s => s.Status == SagaStatus.NeedsAttention);
        isDown = false;
        var saga = await DriveProbeAsync(process);

        alarmed.Steps[1].Attempt.Should().BeLessThan(Options.AlarmAfterAttempts);
        saga.Status.Should().Be(SagaStatus.Completed);
        _trail.Should().Equal("pay");
    }

    [Safeguard("A step is stored as started before it is called", SwitchedOff = "step rows are written as `Pending` where the plan says `Started`")]
    [Fact, Trait("Spec", "SG6")]
    public async Task A_call_in_flight_when_the_process_died_is_undone_when_the_deadline_has_passed()
    {
        Action<SagaSteps<ProbeState>> define = s => s.Step("pay", Does("pay"), Undoes("refund")).Step("ship", Does("ship")).Deadline(TimeSpan.FromMinutes(1));
        var first = Probe(define);
        var died = DiesAt(first, SagaPoint.AfterCall, _ => true);
        await first.StartAsync("p-1", new ProbeState(""), Cancel);
        await died;
        await Db.AgeAsync(TimeSpan.FromMinutes(2));

        var saga = await DriveProbeAsync(Probe(define));

        saga.Status.Should().Be(SagaStatus.Compensated);
        _trail.Should().Equal("pay", "refund");
    }

    [Fact]
    public async Task A_late_success_of_a_step_that_was_undone_is_undone_once_more()
    {
        var process = Probe(s => s
            .Step("reserve", Does("reserve"), Undoes("release"))
            .Step("pay", (_, _) => throw new TimeoutException("No answer."), Undoes("refund")));
        var ended = await RunProbeAsync(process);
        ended.Status.Should().Be(SagaStatus.Compensated);

        (await process.ReportAsync(ended.Id, "pay", StepOutcome.Success("p-9"), Cancel)).Should().BeTrue();
        var again = await DriveProbeAsync(process);
        (await process.ReportAsync(ended.Id, "reserve", StepOutcome.Success(), Cancel)).Should().BeFalse("nothing is new about it");

        again.Status.Should().Be(SagaStatus.Compensated);
        again.Steps[1].Output.Should().Be("p-9");
        _trail.Should().Equal("reserve", "refund", "release", "refund");
    }

    [Fact]
    public async Task A_late_success_does_not_publish_the_end_again()
    {
        var ends = 0;
        var process = Probe(s => s
            .Step("pay", (_, _) => throw new TimeoutException("No answer."), Undoes("refund"))
            .OnCompensated(end =>
            {
                ends++;
                end.Publish(new OrderEnded(end.BusinessKey, "compensated", null));
            }));
        var ended = await RunProbeAsync(process);

        await process.ReportAsync(ended.Id, "pay", StepOutcome.Success("p-9"), Cancel);
        (await DriveProbeAsync(process)).Status.Should().Be(SagaStatus.Compensated);

        _trail.Should().Equal("refund", "refund");
        ends.Should().Be(1);
        (await Outbox.IdsAsync()).Should()
            .Equal([DerivedId.From("saga", ended.Id.ToString(), "end", "Compensated", "0").ToString()], "the same end has the same event");
    }

    [Fact]
    public async Task The_outcome_of_a_local_step_cannot_be_reported()
    {
        var process = Probe(s => s.LocalStep("write", (_, _) => Task.FromResult(StepOutcome.Pending(TimeSpan.FromHours(1)))));
        var start = await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        var report = () => process.ReportAsync(start.Id, "write", StepOutcome.Success(), Cancel);

        await report.Should().ThrowAsync<ArgumentException>().WithMessage("*local*");
    }

    [Fact]
    public async Task A_compensation_that_runs_is_not_begun_beside_itself()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Probe(s => s
            .Step("pay", Does("pay"), async (_, _) =>
            {
                _trail.Enqueue("refund");
                begun.TrySetResult();
                await goOn.Task;
            })
            .Step("ship", (_, _) => Task.FromResult(StepOutcome.Rejected("No."))));
        var start = await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await begun.Task.WaitAsync(Watchdog, Cancel);

        (await process.RetryAsync(start.Id, Cancel)).Should().BeFalse("it is being tried");
        goOn.SetResult();

        (await DriveProbeAsync(process)).Status.Should().Be(SagaStatus.Compensated);
        _trail.Should().Equal("pay", "refund");
    }

    [Fact]
    public async Task A_success_that_is_reported_while_the_step_waits_is_its_outcome()
    {
        var process = Probe(s => s.Step("pay", (_, _) => Task.FromResult(StepOutcome.Pending(TimeSpan.FromHours(1)))).Step("ship", Does("ship")));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        var waiting = await process.FindAsync<ProbeState>("p-1", Cancel);

        (await process.ReportAsync(waiting!.Id, "pay", StepOutcome.Success("paid"), Cancel)).Should().BeTrue();
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        var saga = await process.FindAsync<ProbeState>("p-1", Cancel);
        saga!.Status.Should().Be(SagaStatus.Completed);
        saga.Steps[0].Output.Should().Be("paid");
    }

    [Fact, Trait("Spec", "SG19")]
    public async Task Instances_finish_on_the_version_they_were_started_with()
    {
        var old = Probe(s => s.Step("a", Pends("a")).Step("c", Does("c")));
        await old.StartAsync("p-1", new ProbeState(""), Cancel);
        await old.IdleAsync().WaitAsync(Watchdog, Cancel);
        await old.DisposeAsync();

        var both = Process(Registration(s => s.Step("a", Does("a")).Step("c", Does("c")), 1),
            Registration(s => s.Step("a", Does("a2")).Step("b", Does("b2")).Step("c", Does("c2")), 2));
        var first = await DriveProbeAsync(both);
        await both.StartAsync("p-2", new ProbeState(""), Cancel);
        var second = await DriveProbeAsync(both, key: "p-2");

        first.Version.Should().Be(1);
        second.Version.Should().Be(2);
        _trail.Should().Equal("a", "a", "c", "a2", "b2", "c2");
    }

    [Fact, Trait("Spec", "SG20")]
    public async Task A_saga_that_nobody_knows_any_more_is_suspended_and_nothing_is_undone()
    {
        var old = Probe(s => s.Step("a", Pends("a"), Undoes("not a")).Step("c", Does("c")));
        await old.StartAsync("p-1", new ProbeState(""), Cancel);
        await old.IdleAsync().WaitAsync(Watchdog, Cancel);
        await old.DisposeAsync();
        await Db.AgeAsync(Options.SuspendAfter * 2);

        var changed = Probe(s => s.Step("a", Does("x"), Undoes("not x")).Step("b", Does("b")).Step("c", Does("c")));
        (await changed.Worker.RunDueAsync(Cancel)).Started.Should().Be(0);
        (await changed.ListAsync(SagaStatus.Suspended, cancellationToken: Cancel)).Should().ContainSingle();

        var rolledBack = Probe(s => s.Step("a", Does("a"), Undoes("not a")).Step("c", Does("c")));
        (await DriveProbeAsync(rolledBack)).Status.Should().Be(SagaStatus.Completed);
        _trail.Should().Equal("a", "a", "c");
    }

    [Fact]
    public async Task A_saga_whose_state_cannot_be_read_is_suspended_and_goes_on_when_it_can()
    {
        var process = Probe(s => s.Step("a", Pends("a"), Undoes("not a")).Step("c", Does("c")).Deadline(TimeSpan.FromDays(1)));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        var readable = await Db.ScalarAsync<string>(Db.HasConcurrentWriters ? "select data::text from {saga}" : "select data from {saga}");
        await Db.ExecuteAsync($"update {Db.Database.Table("saga")} set data = '[1]'");

        for (var i = 0; i < 10; i++)
        {
            await Db.AgeAsync(TimeSpan.FromMinutes(2));
            await process.Worker.RunDueAsync(Cancel);
            await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        }

        var suspended = await process.FindAsync<ProbeState>("p-1", Cancel);
        suspended!.Status.Should().Be(SagaStatus.Suspended);
        suspended.Reason.Should().Contain("cannot be read");
        suspended.Steps[0].Attempt.Should().Be(0, "no attempt was made");

        await process.DisposeAsync();
        await Db.ExecuteAsync($"update {Db.Database.Table("saga")} set data = '{readable}'");
        await Db.AgeAsync(TimeSpan.FromMinutes(2));
        (await DriveProbeAsync(Probe(s => s.Step("a", Does("a"), Undoes("not a")).Step("c", Does("c")).Deadline(TimeSpan.FromDays(1))))).Status.Should()
            .Be(SagaStatus.Completed);
        _trail.Should().Equal("a", "a", "c");
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_does_not_keep_the_others_from_being_run()
    {
        var process = Probe(s => s.Step("a",
            (step, _) => Task.FromResult(step.Attempt == 1 && _trail.IsEmpty ? StepOutcome.Pending(TimeSpan.FromSeconds(1)) : StepOutcome.Success())));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        await process.StartAsync("p-2", new ProbeState(""), Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        await Db.ExecuteAsync($"update {Db.Database.Table("saga")} set status = 'Sideways' where business_key = 'p-1'");
        _trail.Enqueue("succeed now");
        await Db.AgeAsync(TimeSpan.FromSeconds(2));

        (await process.Worker.RunDueAsync(Cancel)).Started.Should().Be(1);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);

        (await process.FindAsync<ProbeState>("p-2", Cancel))!.Status.Should().Be(SagaStatus.Completed);
        (await process.Worker.RunDueAsync(Cancel)).Next.Should().BeGreaterThan(TimeSpan.FromSeconds(1), "the other is left alone for a while");
    }

    [Fact, Trait("Spec", "SG22")]
    public async Task While_the_database_is_away_nothing_is_concluded()
    {
        var process = Process();
        var charging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var away = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Gateway.After = async (op, nth, _) =>
        {
            if (op == "charge" && nth == 1)
            {
                charging.SetResult();
                await away.Task;
            }
        };
        await process.StartAsync("o-1", Order, Cancel);
        await charging.Task.WaitAsync(Watchdog, Cancel);
        var table = Db.Database.Table("saga");
        await Db.ExecuteAsync($"alter table {table} rename to {(Db.HasConcurrentWriters ? "saga_away" : Db.Database.Table("saga_away"))}");
        away.SetResult();
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        await Db.AgeAsync(TimeSpan.FromSeconds(60));
        await ((Func<Task>)(() => process.Worker.RunDueAsync(Cancel))).Should().ThrowAsync<Exception>();
        await Db.ExecuteAsync($"alter table {Db.Database.Table("saga_away")} rename to {(Db.HasConcurrentWriters ? "saga" : table)}");

        var saga = await DriveAsync(process);

        saga.Status.Should().Be(SagaStatus.Completed);
        Gateway.Count("charge").Should().Be(2);
        await EverythingHappenedOnceAsync();
    }

    [Fact]
    public async Task An_end_that_cannot_be_written_is_tried_again_and_its_event_published_once()
    {
        var process = Process();
        Outbox.IsBroken = true;
        await process.StartAsync("o-1", Order, Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        (await process.FindAsync<OrderState>("o-1", Cancel))!.Status.Should().Be(SagaStatus.Running);

        Outbox.IsBroken = false;
        (await DriveAsync(process)).Status.Should().Be(SagaStatus.Completed);
        await EverythingHappenedOnceAsync();
    }

    [Fact]
    public async Task Ended_sagas_are_purged_and_running_ones_are_not()
    {
        var process = Process();
        await RunAsync(process, "o-1");
        await RunAsync(process, "o-2");
        Gateway.Queued = int.MaxValue;
        await process.StartAsync("o-3", Order, Cancel);
        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        await Db.AgeAsync(TimeSpan.FromDays(31));

        while (await process.PurgeAsync(TimeSpan.FromDays(30), 1, Cancel) > 0)
        {
        }

        (await Db.ScalarAsync<long>("select count(*) from {saga}")).Should().Be(1);
        (await Db.ScalarAsync<long>("select count(*) from {saga_step}")).Should().Be(2);
    }

    [Fact]
    public async Task A_saga_that_was_stuck_for_months_still_refunds()
    {
        var process = Process();
        var isDown = true;
        Gateway.After = (op, _, _) => op == "charge" ? throw new HttpRequestException("The connection was closed.") : Task.CompletedTask;
        Gateway.Before = (op, _, _) => op == "refund" && isDown ? throw new HttpRequestException("No route to host.") : Task.CompletedTask;
        var stuck = await RunAsync(process);
        stuck.Status.Should().Be(SagaStatus.NeedsAttention);
        await Db.AgeAsync(TimeSpan.FromDays(60));

        await SagaServices.SweepAsync(process, new SagaBarrier(Db.Database, Db.Time), Options, Cancel);
        isDown = false;
        await process.RetryAsync(stuck.Id, Cancel);

        (await DriveAsync(process)).Status.Should().Be(SagaStatus.Compensated);
        (await BookedAsync("refund")).Should().Be(Order.Amount);
        await NothingIsLeftAsync();
    }

    [Safeguard("Marks of the barrier are kept as long as ended sagas", SwitchedOff = "`SagaOptions.Problems` does not compare them")]
    [Theory]
    [InlineData(30, 89)]
    [InlineData(120, 119)]
    public void Marks_are_kept_for_90_days_and_as_long_as_ended_sagas_at_least(int ended, int marks)
    {
        new SagaOptions { KeepEnded = TimeSpan.FromDays(ended), KeepBarrierMarks = TimeSpan.FromDays(marks) }.Problems().Should().ContainSingle().Which.Should()
            .StartWith("KeepBarrierMarks");
        new SagaOptions { KeepEnded = TimeSpan.FromDays(ended), KeepBarrierMarks = TimeSpan.FromDays(marks + 1) }.Problems().Should().BeEmpty();
    }

    private SagaOrchestrator Probe(Action<SagaSteps<ProbeState>> define) => Process(Registration(define, 1));

    private static SagaRegistration<ProbeState> Registration(Action<SagaSteps<ProbeState>> define, int version)
        => new(_ => new ProbeSaga(define, version), SagaJson.Default.ProbeState);

    private Func<StepContext<ProbeState>, CancellationToken, Task<StepOutcome>> Does(string what) => (_, _) =>
    {
        _trail.Enqueue(what);
        return Task.FromResult(StepOutcome.Success());
    };

    private Func<StepContext<ProbeState>, CancellationToken, Task<StepOutcome>> Pends(string what) => (_, _) =>
    {
        _trail.Enqueue(what);
        return Task.FromResult(StepOutcome.Pending(TimeSpan.FromSeconds(1)));
    };

    private Func<CompensationContext<ProbeState>, CancellationToken, Task> Undoes(string what) => (_, _) =>
    {
        _trail.Enqueue(what);
        return Task.CompletedTask;
    };

    private async Task<SagaSnapshot> RunProbeAsync(SagaOrchestrator process, Func<SagaSnapshot, bool>? until = null)
    {
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        return await DriveProbeAsync(process, until);
    }

    private Task<SagaSnapshot> DriveProbeAsync(SagaOrchestrator process, Func<SagaSnapshot, bool>? until = null, string key = "p-1")
        => DriveAsync<ProbeState>(process, key, until);

    private sealed class Unwritable : System.Text.Json.Serialization.JsonConverter<OrderEnded>
    {
        public override OrderEnded Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, OrderEnded value, JsonSerializerOptions options)
            => throw new NotSupportedException("Cannot be written.");
    }
}
