namespace TechCorp.Resilience.Tests;

public sealed class LeaseKeeperTests
{
    private readonly IdempotencyScene _scene = new();
    private readonly ListLogger _log = new();

    [Safeguard("A lease whose record is finished is not lost", Remark = "in memory")]
    [Fact, Trait("Spec", "ID16")]
    public async Task An_operation_that_has_stored_its_outcome_itself_has_not_lost_its_lease()
    {
        var gate = new TaskCompletionSource();
        var call = _scene.CallAsync(
            _scene.Operation(async (lease, token) =>
            {
                var joined = new StoredOutcome(Failed: false, "receipt", "{\"Id\":\"joined\",\"Amount\":5}"u8.ToArray());
                (await _scene.Memory.CompleteAsync(lease, joined, TimeSpan.FromHours(1), token)).Should().BeTrue();
                await gate.Task.WaitAsync(token);
                return new Receipt("joined", 5);
            }),
            NewProcess(new())).AsTask();
        await _scene.Clock.TimerSetAsync();

        _scene.Clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAny(call, _scene.Clock.TimerSetAsync());
        gate.SetResult();

        var result = await call;
        result.Replayed.Should().BeFalse();
        result.Value.Id.Should().Be("joined");
        _scene.Store.Renewals.Should().Equal(true);
        _log.Entries.Should().BeEmpty();
    }

    [Safeguard("A renewal is awaited to the lease's end and no longer",
        SwitchedOff = "`LeaseKeeper` bounds neither the renewal nor the pause before it by what is left")]
    [Theory, Trait("Spec", "ID16")]
    [InlineData(60, 10, 20)]
    [InlineData(2, 10, 2, 10, 2, 6)]
    public async Task A_store_that_hangs_lets_the_operation_run_to_the_end_of_its_lease_and_no_longer(int storeTimeout, params int[] waits)
    {
        _scene.Store.RenewInstead = static _ => new(new TaskCompletionSource<bool>().Task);
        TimeSpan? cancelledAt = null;
        var call = _scene.CallAsync(
            _scene.Operation((_, token) =>
            {
                token.Register(() => cancelledAt = _scene.Clock.Elapsed);
                return Hang.UntilCanceled<Receipt>(token);
            }),
            NewProcess(new() { StoreTimeout = TimeSpan.FromSeconds(storeTimeout) }));

        foreach (var wait in waits)
        {
            (await _scene.Clock.TimerSetAsync()).TotalSeconds.Should().Be(wait);
            _scene.Clock.Advance(TimeSpan.FromSeconds(wait));
        }

        await call.Awaiting(c => c.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.LeaseLost);

        cancelledAt.Should().Be(TimeSpan.FromSeconds(30));
        _scene.Clock.TimersAlive.Should().Be(0);
    }

    [Safeguard("A logger that throws costs no lease and hides no failure", SwitchedOff = "what it throws is not caught")]
    [Fact, Trait("Spec", "ID16")]
    public async Task A_logger_that_throws_when_a_renewal_fails_does_not_stop_the_next_one()
    {
        var gate = new TaskCompletionSource<Receipt>();
        var call = _scene.CallAsync(_scene.Operation((_, _) => new(gate.Task)),
            new IdempotencyExecutor(_scene.Store, null, _scene.Clock, new ThrowingLogger()));
        _scene.Store.FailRenewalsWith = new IOException("partitioned");
        (await _scene.Clock.TimerSetAsync()).TotalSeconds.Should().Be(10);
        _scene.Clock.Advance(TimeSpan.FromSeconds(10));
        _scene.Store.FailRenewalsWith = null;

        for (var i = 0; i < 3; i++)
        {
            (await _scene.Clock.TimerSetAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).TotalSeconds.Should().Be(10);
            _scene.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        gate.SetResult(new Receipt("kept", 5));
        (await call).Value.Id.Should().Be("kept");
        _scene.Store.Renewals.Should().Equal(true, true, true);
    }

    [Safeguard("A logger that throws costs no lease and hides no failure")]
    [Fact, Trait("Spec", "ID16")]
    public async Task A_logger_that_throws_when_the_lease_is_lost_does_not_keep_the_operation_running()
    {
        _scene.Store.RenewInstead = static _ => new(false);
        var call = _scene.CallAsync(
            _scene.Operation(static (_, token) => Hang.UntilCanceled<Receipt>(token)),
            new IdempotencyExecutor(_scene.Store, null, _scene.Clock, new ThrowingLogger()));
        await _scene.Clock.TimerSetAsync();

        _scene.Clock.Advance(TimeSpan.FromSeconds(10));

        Func<Task> outcome = () => call.AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await outcome.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.LeaseLost);
    }

    [Safeguard("A logger that throws costs no lease and hides no failure")]
    [Fact, Trait("Spec", "ID15")]
    public async Task A_logger_that_throws_does_not_hide_the_failure_of_the_operation()
    {
        var process = new IdempotencyExecutor(_scene.Store, null, _scene.Clock, new ThrowingLogger());
        var call = _scene.CallAsync(
            _scene.Operation(async (lease, _) =>
            {
                (await _scene.Memory.ReleaseAsync(lease)).Should().BeTrue(); // what the executor wants to do is done: it logs
                throw new FormatException("card declined");
            }),
            process).AsTask();

        await call.Awaiting(c => c).Should().ThrowAsync<FormatException>();
    }

    private IdempotencyExecutor NewProcess(IdempotencyOptions options) => new(_scene.Store, options, _scene.Clock, _log);
}
