using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>The order saga, with the failures that its participants can have.</summary>
public abstract class SagaOrderContract<TDatabase> : SagaContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task An_order_is_reserved_paid_and_confirmed()
    {
        var saga = await RunAsync(Process());

        saga.Status.Should().Be(SagaStatus.Completed);
        saga.Steps.Should().OnlyContain(s => s.State == SagaStepState.Succeeded && s.Attempt == 1);
        saga.Steps.Select(s => s.Name).Should().Equal("reserve-inventory", "process-payment", "confirm-reservation");
        await EverythingHappenedOnceAsync();
    }

    [Safeguard("Participant's barrier", Remark = "and all tests of the barrier but two, and four more")]
    [Fact, Trait("Spec", "SG5")]
    public async Task A_charge_whose_reply_is_lost_is_asked_for_again_with_the_same_key()
    {
        Gateway.After = (op, nth, _) => op == "charge" && nth == 1 ? throw new HttpRequestException("The connection was closed.") : Task.CompletedTask;

        var saga = await RunAsync(Process());

        saga.Status.Should().Be(SagaStatus.Completed);
        Gateway.Calls.Where(c => c.Operation == "charge").Select(c => c.Key).Distinct().Should().ContainSingle();
        Gateway.Count("charge").Should().Be(2);
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG6")]
    public async Task A_charge_in_doubt_when_the_budget_is_spent_is_refunded()
    {
        Gateway.After = (op, _, _) => op == "charge" ? throw new HttpRequestException("The connection was closed.") : Task.CompletedTask;

        var saga = await RunAsync(Process());

        saga.Status.Should().Be(SagaStatus.Compensated);
        saga.Reason.Should().Contain("The connection was closed.");
        saga.Steps[1].State.Should().Be(SagaStepState.Unknown);
        saga.Steps[1].Compensation.Should().Be(CompensationState.Done);
        (await BookedAsync("charge")).Should().Be(Order.Amount);
        (await BookedAsync("refund")).Should().Be(Order.Amount);
        await NothingIsLeftAsync();
        (await Outbox.BodiesAsync()).Should().ContainSingle().Which.Should().Contain("compensated");
    }

    [Safeguard("Participant's barrier")]
    [Fact, Trait("Spec", "SG7")]
    public async Task A_charge_that_never_arrived_is_not_refunded()
    {
        Gateway.Before = (op, _, _) => op == "charge" ? throw new HttpRequestException("No route to host.") : Task.CompletedTask;

        var saga = await RunAsync(Process());

        saga.Status.Should().Be(SagaStatus.Compensated);
        Gateway.Count("refund").Should().Be(1, "nobody knows that it never arrived");
        (await BookedAsync("refund")).Should().Be(0);
        await NothingIsLeftAsync();
    }

    [Safeguard("Participant's barrier", SwitchedOff = "`SagaBarrier` answers that every mark is new")]
    [Fact, Trait("Spec", "SG8")]
    public async Task A_charge_that_arrives_after_its_refund_is_refused()
    {
        Gateway.Before = (op, _, _) => op == "charge" ? throw new HttpRequestException("No route to host.") : Task.CompletedTask;
        await RunAsync(Process());
        var key = Gateway.Calls.First(c => c.Operation == "charge").Key;
        Gateway.Before = (_, _, _) => Task.CompletedTask;

        var late = await Gateway.ChargeAsync(key, "o-1", Order.Amount, Cancel);

        late.Kind.Should().Be(StepOutcomeKind.Rejected);
        (await BookedAsync("charge")).Should().Be(0);
        await NothingIsLeftAsync();
    }

    [Fact, Trait("Spec", "SG9")]
    public async Task A_declined_card_releases_the_stock_and_refunds_nothing()
    {
        Gateway.Declines = true;

        var saga = await RunAsync(Process());

        saga.Status.Should().Be(SagaStatus.Compensated);
        saga.Reason.Should().Be("Card declined.");
        saga.Steps[1].State.Should().Be(SagaStepState.Rejected);
        Gateway.Count("refund").Should().Be(0);
        Warehouse.Count("release").Should().Be(1);
        await NothingIsLeftAsync();
    }

    [Fact, Trait("Spec", "SG10")]
    public async Task An_order_out_of_stock_has_nothing_to_undo()
    {
        Warehouse.HasStock = false;

        var saga = await RunAsync(Process());

        saga.Status.Should().Be(SagaStatus.Compensated);
        saga.Reason.Should().Be("Out of stock.");
        Warehouse.Calls.Should().ContainSingle();
        Gateway.Calls.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "SG11")]
    public async Task A_confirmation_is_retried_until_it_succeeds_and_never_refunded()
    {
        Warehouse.Before = (op, nth, _) => op == "confirm" && nth <= 50 ? throw new TimeoutException("No answer.") : Task.CompletedTask;
        var process = Process();

        var alarmed = await RunAsync(process, until: s => s.Status == SagaStatus.NeedsAttention);
        var saga = await DriveAsync(process);

        alarmed.Steps[2].Attempt.Should().Be(Options.AlarmAfterAttempts);
        alarmed.Reason.Should().Contain("No answer.");
        saga.Status.Should().Be(SagaStatus.Completed);
        saga.Steps[2].Attempt.Should().Be(51);
        Gateway.Count("refund").Should().Be(0);
        await EverythingHappenedOnceAsync();
    }

    [Fact, Trait("Spec", "SG14")]
    public async Task A_refund_that_fails_for_good_stops_and_waits_for_a_person()
    {
        Gateway.Declines = false;
        Gateway.After = (op, _, _) => op == "charge" ? throw new HttpRequestException("The connection was closed.") : Task.CompletedTask;
        Gateway.Before = (op, _, _) => op == "refund" ? throw new HttpRequestException("The gateway is away.") : Task.CompletedTask;
        var process = Process();

        var stuck = await RunAsync(process);

        stuck.Status.Should().Be(SagaStatus.NeedsAttention);
        stuck.Steps[1].Compensation.Should().Be(CompensationState.Stuck);
        stuck.Steps[1].CompensationAttempt.Should().Be(Options.MaxCompensationAttempts);
        Warehouse.Count("release").Should().Be(0, "the order of undoing is kept");
        (await process.ListAsync(SagaStatus.NeedsAttention, cancellationToken: Cancel)).Should().ContainSingle().Which.Id.Should().Be(stuck.Id);

        Gateway.Before = (_, _, _) => Task.CompletedTask;
        (await process.RetryAsync(stuck.Id, Cancel)).Should().BeTrue();
        (await DriveAsync(process)).Status.Should().Be(SagaStatus.Compensated);
        (await process.RetryAsync(stuck.Id, Cancel)).Should().BeFalse("it has ended");
        await NothingIsLeftAsync();
    }

    [Fact, Trait("Spec", "SG14")]
    public async Task A_stuck_refund_lets_the_stock_be_released_where_best_effort_is_asked_for()
    {
        Options.StuckCompensationBehavior = StuckCompensationBehavior.ContinueBestEffort;
        Gateway.After = (op, _, _) => op == "charge" ? throw new HttpRequestException("The connection was closed.") : Task.CompletedTask;
        Gateway.Before = (op, _, _) => op == "refund" ? throw new HttpRequestException("The gateway is away.") : Task.CompletedTask;
        var process = Process();

        var stuck = await RunAsync(process);

        stuck.Status.Should().Be(SagaStatus.NeedsAttention);
        (await BookedAsync("release")).Should().Be(Order.Quantity);
        Gateway.Before = (_, _, _) => Task.CompletedTask;
        await process.RetryAsync(stuck.Id, Cancel);
        (await DriveAsync(process)).Status.Should().Be(SagaStatus.Compensated);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task An_answer_that_is_still_pending_spends_no_attempt()
    {
        Gateway.Queued = 40;

        var saga = await RunAsync(Process());

        saga.Status.Should().Be(SagaStatus.Completed);
        saga.Steps[1].Attempt.Should().Be(1);
        Gateway.Count("charge").Should().Be(41);
        Gateway.Calls.Select(c => c.Key).Distinct().Should().ContainSingle();
        await EverythingHappenedOnceAsync();
    }
}
