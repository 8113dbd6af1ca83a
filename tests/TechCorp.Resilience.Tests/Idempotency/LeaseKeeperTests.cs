namespace TechCorp.Resilience.Tests;

public sealed class LeaseKeeperTests
{
    private readonly IdempotencyScene _scene = new();
    private readonly ListLogger _log = new();

    [Fact, Trait("Spec", "ID16")]
    public async Task An_operation_that_has_stored_its_outcome_itself_has_not_lost_its_lease()
    {
        var gate = new TaskCompletionSource();
        Task<IdempotentResult<Receipt>> call = _scene.CallAsync(
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

        IdempotentResult<Receipt> result = await call;
        result.Replayed.Should().BeFalse();
        result.Value.Id.Should().Be("joined");
        _scene.Store.Renewals.Should().Equal(true);
        _log.Entries.Should().BeEmpty();
    }

    [Theory, Trait("Spec", "ID16")]
    [InlineData(60, 10, 20)]
    [InlineData(2, 10, 2, 10, 2, 6)]
    public async Task A_store_that_hangs_lets_the_operation_run_to_the_end_of_its_lease_and_no_longer(int storeTimeout, params int[] waits)
    {
        _scene.Store.RenewInstead = static _ => new(new TaskCompletionSource<bool>().Task);
        TimeSpan? cancelledAt = null;
        ValueTask<IdempotentResult<Receipt>> call = _scene.CallAsync(
            _scene.Operation((_, token) =>
            {
                token.Register(() => cancelledAt = _scene.Clock.Elapsed);
                return Hang.UntilCancelled<Receipt>(token);
            }),
            NewProcess(new() { StoreTimeout = TimeSpan.FromSeconds(storeTimeout) }));

        foreach (int wait in waits)
        {
            (await _scene.Clock.TimerSetAsync()).TotalSeconds.Should().Be(wait);
            _scene.Clock.Advance(TimeSpan.FromSeconds(wait));
        }

        await call.Awaiting(c => c.AsTask()).Should().ThrowAsync<IdempotencyLeaseLostException>();

        cancelledAt.Should().Be(TimeSpan.FromSeconds(30));
        _scene.Clock.TimersAlive.Should().Be(0);
    }

    private IdempotencyExecutor NewProcess(IdempotencyOptions options) => new(_scene.Store, options, _scene.Clock, _log);
}
