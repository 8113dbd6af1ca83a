namespace TechCorp.Resilience.Tests;

/// <summary>Replays of what the process itself remembers, through the executor.</summary>
public sealed class MemoryReplayTests
{
    private readonly TestClock _clock = new();
    private readonly IdempotencyExecutor _executor;
    private int _runs;

    public MemoryReplayTests() => _executor = new IdempotencyExecutor(new InMemoryIdempotencyStore(timeProvider: _clock), timeProvider: _clock);

    [Safeguard("A hit in memory allocates nothing", SwitchedOff = "the executor does not ask the memory first")]
    [Fact, Trait("Spec", "ID27")]
    public async Task A_hit_allocates_nothing_through_the_executor()
    {
        var number = new IdempotentOperation<int, int>(static (n, _, _) => new(n), "number", ShopJson.Default.Int32);
        await Call(number, "number");
        await Act();
        var replayed = Hit();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            replayed += Hit();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        replayed.Should().Be(2_002);

        int Hit() => (Call(number, "number").Result is { Replayed: true, Value: 17 } ? 1 : 0) + (Act().Result ? 1 : 0);

        ValueTask<bool> Act() => _executor.ExecuteAsync(static (_, _, _) => default, new IdempotencyKey("memory", "action"), Fingerprint.None, 17);
    }

    [Safeguard("A hit in memory is of the same request and within its retention", SwitchedOff = "neither is compared")]
    [Fact, Trait("Spec", "ID5")]
    public async Task Another_request_under_a_key_in_memory_is_a_mismatch()
    {
        await CallAsync();

        Func<Task> other = async () => await CallAsync(Fingerprint.Of("order 18"));

        await other.Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.Mismatch);
    }

    [Safeguard("A hit in memory is of the same request and within its retention")]
    [Fact, Trait("Spec", "ID17")]
    public async Task An_outcome_in_memory_past_its_retention_is_not_replayed()
    {
        await CallAsync();
        _clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        (await CallAsync()).Replayed.Should().BeTrue();

        _clock.Advance(TimeSpan.FromTicks(1));

        (await CallAsync()).Replayed.Should().BeFalse();
        _runs.Should().Be(2);
    }

    [Fact, Trait("Spec", "ID9"), Trait("Spec", "ID22")]
    public async Task A_failure_or_an_unreadable_result_in_memory_is_thrown_to_the_awaiting_caller()
    {
        var failing = new IdempotentOperation<int, int>(static (_, _, _) => throw new FormatException("declined"), "number",
            ShopJson.Default.Int32)
        { OnFailure = IdempotencyFailurePolicy.Store };
        await Call(failing, "failing").AsTask().ContinueWith(static _ => { }, TaskScheduler.Default);
        await CallAsync();
        var next = new IdempotentOperation<int, int>(static (_, _, _) => new(0), "number.v2", ShopJson.Default.Int32);

        var failure = Call(failing, "failing");
        var unreadable = Call(next, "order");

        await failure.Awaiting(call => call.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.StoredFailure);
        await unreadable.Awaiting(call => call.AsTask()).Should().ThrowIdempotencyExceptionAsync(IdempotencyFailureReason.UnreadableResult);
    }

    private ValueTask<IdempotentResult<int>> CallAsync(Fingerprint? fingerprint = null)
    {
        var operation = new IdempotentOperation<int, int>((n, _, _) => new(n + _runs++), "number", ShopJson.Default.Int32);
        return _executor.ExecuteAsync(operation, new IdempotencyKey("memory", "order"), fingerprint ?? Fingerprint.None, 17);
    }

    private ValueTask<IdempotentResult<T>> Call<T>(IdempotentOperation<int, T> operation, string key)
        => _executor.ExecuteAsync(operation, new IdempotencyKey("memory", key), Fingerprint.None, 17);
}
