using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>The crash table: the process dies at each point of the order saga, another takes it up from the database.</summary>
public abstract class SagaCrashContract<TDatabase> : SagaContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact, Trait("Spec", "SG1")]
    public async Task Dies_after_the_start_was_committed()
    {
        var first = Process();
        await using (var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel))
        {
            await first.StartAsync(write.Transaction, "o-1", Order, Cancel);
            await write.CommitAsync(Cancel);
        }

        // Nobody says Wake: the process is gone.
        await LeaseRunsOutAsync();
        var saga = await DriveAsync(Process());

        saga.Status.Should().Be(SagaStatus.Completed);
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG2")]
    public Task Dies_before_the_reservation_is_called() => DiesAndIsTakenUpAsync(SagaPoint.BeforeCall, i => i.Progress.CurrentOrdinal == 0, reserved: 1);

    [Fact, Trait("Spec", "SG3")]
    public Task Dies_after_the_reservation_before_its_outcome_is_written()
        => DiesAndIsTakenUpAsync(SagaPoint.AfterCall, i => i.Progress.CurrentOrdinal == 0, reserved: 2);

    [Fact, Trait("Spec", "SG4")]
    public Task Dies_after_the_outcome_of_the_reservation_was_written()
        => DiesAndIsTakenUpAsync(SagaPoint.AfterWrite, i => i.Progress.CurrentOrdinal == 1, charged: 1);

    [Fact, Trait("Spec", "SG5")]
    public Task Dies_after_the_charge_before_its_outcome_is_written()
        => DiesAndIsTakenUpAsync(SagaPoint.AfterCall, i => i.Progress.CurrentOrdinal == 1, charged: 2);

    [Fact, Trait("Spec", "SG3")]
    public Task Dies_after_the_confirmation_before_the_end_is_written() => DiesAndIsTakenUpAsync(SagaPoint.AfterCall, i => i.Progress.CurrentOrdinal == 2);

    [Fact, Trait("Spec", "SG1")]
    public async Task Dies_after_the_end_was_written()
    {
        var first = Process();
        var died = DiesAt(first, SagaPoint.AfterWrite, i => i.Progress.IsFinal);
        await first.StartAsync("o-1", Order, Cancel);
        await died;
        await LeaseRunsOutAsync();

        (await Process().Worker.RunDueAsync(Cancel)).Started.Should().Be(0);
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG13")]
    public async Task Dies_after_the_refund_before_it_is_recorded()
    {
        ChargesAndLosesTheReply();

        var saga = await DiesAndIsTakenUpAsync(SagaPoint.AfterCall, i => i.Progress.IsUndoing && i.Progress.Steps[1].Compensation == CompensationState.Started,
            SagaStatus.Compensated);

        saga.Steps[1].Compensation.Should().Be(CompensationState.Done);
        Gateway.Count("refund").Should().Be(2, "it is asked for again with its key");
        (await BookedAsync("refund")).Should().Be(Order.Amount);
        await NothingIsLeftAsync();
    }

    [Fact, Trait("Spec", "SG15")]
    public async Task Dies_while_it_is_undone_and_never_goes_forward_again()
    {
        ChargesAndLosesTheReply();

        await DiesAndIsTakenUpAsync(SagaPoint.BeforeCall, i => i.Progress.IsUndoing && i.Progress.Steps[0].Compensation == CompensationState.Started,
            SagaStatus.Compensated);

        Warehouse.Count("confirm").Should().Be(0);
        Gateway.Count("charge").Should().Be(5);
        await NothingIsLeftAsync();
    }

    [Safeguard("The epoch of a saga fences its writes")]
    [Fact, Trait("Spec", "SG16")]
    public async Task An_owner_that_was_paused_past_its_lease_meets_its_fence()
    {
        var (first, second) = (Process(), Process());
        var paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Runner.At = async (point, instance) =>
        {
            if (point == SagaPoint.AfterCall && instance.Progress.CurrentOrdinal == 1)
            {
                paused.TrySetResult();
                await resumed.Task;
            }
        };
        await first.StartAsync("o-1", Order, Cancel);
        await paused.Task.WaitAsync(Watchdog, Cancel);
        await LeaseRunsOutAsync();
        var epochs = new List<long>();
        second.Runner.At = async (point, instance) =>
        {
            epochs.Add(instance.Epoch);
            if (point == SagaPoint.BeforeCall && instance.Progress.CurrentOrdinal == 1)
            {
                // The old owner writes while the new one runs.
                resumed.SetResult();
                await first.IdleAsync().WaitAsync(Watchdog, Cancel);
            }
        };

        var saga = await DriveAsync(second);

        saga.Status.Should().Be(SagaStatus.Completed);
        saga.Steps[1].Attempt.Should().Be(2, "the new owner's attempt was written, the old one's outcome was not");
        epochs.Should().OnlyContain(e => e == 2);
        Gateway.Calls.Select(c => c.Key).Distinct().Should().ContainSingle();
        await EverythingHappenedOnceAsync();
    }

    [Safeguard("The epoch of a saga fences its writes", SwitchedOff = "`SagaStore.WriteAsync` answers true whatever the affected rows say")]
    [Fact, Trait("Spec", "SG16")]
    public async Task A_write_of_an_old_epoch_changes_nothing()
    {
        var first = Process();
        var died = DiesAt(first, SagaPoint.BeforeCall, i => i.Progress.CurrentOrdinal == 1);
        await first.StartAsync("o-1", Order, Cancel);
        await died;
        var store = new SagaStore(Db.Database, Db.Time, Options, "somebody");
        var catalog = new SagaCatalog([new SagaRegistration<OrderState>(_ => new OrderSaga(Warehouse, Gateway), SagaJson.Default.OrderState)
            .Build(NoContainer.Instance, Options)]);
        await LeaseRunsOutAsync();
        var claimed = (await store.ClaimDueAsync(catalog, 10, Cancel)).Should().ContainSingle().Subject;
        var stale = claimed with { Epoch = claimed.Epoch - 1 };

        await using (var write = await store.BeginAsync(Cancel))
        {
            var done = SagaPlanner.ActionEnded(stale.Definition.Rules, stale.Progress, 1, StepOutcome.Success(), deadlinePassed: false);
            (await store.WriteAsync(write.Transaction, stale, stale with { Progress = done.Progress }, TimeSpan.Zero, keep: true)).Should().BeFalse();
        }

        (await first.FindAsync<OrderState>("o-1", Cancel))!.Steps.Should().HaveCount(2);
    }

    [Fact, Trait("Spec", "SG24")]
    public async Task Many_sagas_of_a_dead_process_are_all_taken_up()
    {
        const int Sagas = 60;
        Options.Concurrency = 8;
        var first = Process();
        first.Runner.At = (_, _) => HangAsync();
        Forget(first);
        for (var i = 0; i < Sagas; i++)
        {
            await first.StartAsync($"o-{i}", Order, Cancel);
        }

        await LeaseRunsOutAsync();
        var second = Process();
        for (var round = 0; round < 200 && await Db.ScalarAsync<long>("select count(*) from {saga} where status <> 'Completed'") > 0; round++)
        {
            await second.Worker.RunDueAsync(Cancel);
            await second.IdleAsync().WaitAsync(Watchdog, Cancel);
        }

        (await Db.ScalarAsync<long>("select count(*) from {saga} where status = 'Completed'")).Should().Be(Sagas);
        (await Outbox.BodiesAsync()).Should().HaveCount(Sagas).And.OnlyHaveUniqueItems();
    }

    private void ChargesAndLosesTheReply()
        => Gateway.After = (op, _, _) => op == "charge" ? throw new HttpRequestException("The connection was closed.") : Task.CompletedTask;

    private async Task DiesAndIsTakenUpAsync(SagaPoint point, Func<SagaInstance, bool> when, int reserved = -1, int charged = -1)
    {
        await DiesAndIsTakenUpAsync(point, when, SagaStatus.Completed);
        await EverythingHappenedOnceAsync();
        Warehouse.Count("reserve").Should().Be(reserved < 0 ? Warehouse.Count("reserve") : reserved);
        Gateway.Count("charge").Should().Be(charged < 0 ? Gateway.Count("charge") : charged);
    }

    private async Task<SagaSnapshot> DiesAndIsTakenUpAsync(SagaPoint point, Func<SagaInstance, bool> when, SagaStatus expected)
    {
        var first = Process();
        var died = DiesAt(first, point, when);
        await first.StartAsync("o-1", Order, Cancel);
        while (!died.IsCompleted)
        {
            await Task.WhenAny(died, first.IdleAsync());
            if (!died.IsCompleted)
            {
                var (_, next) = await first.Worker.RunDueAsync(Cancel);
                await Db.AgeAsync(next + TimeSpan.FromMilliseconds(1));
            }
        }

        await died;
        await LeaseRunsOutAsync();
        var saga = await DriveAsync(Process());
        saga.Status.Should().Be(expected);
        Warehouse.Calls.Concat(Gateway.Calls).GroupBy(c => c.Operation).Should()
            .OnlyContain(g => g.Select(c => c.Key).Distinct().Count() == 1, "each step has one key");
        return saga;
    }
}
