using TechCorp.Patterns.Contracts;

namespace TechCorp.Resilience.Tests;

/// <summary>What the executor does about a store that is late, silent or away, and about callers that leave meanwhile.</summary>
public sealed class IdempotencyStoreCallsTests
{
    private readonly IdempotencyScene _scene = new();
    private readonly TaskCompletionSource _silence = new();
    private readonly LateStore _late;

    public IdempotencyStoreCallsTests() => _late = new LateStore(_scene.Memory);

    [Fact]
    public async Task A_claim_that_the_store_does_not_answer_ends_with_the_store_timeout()
    {
        _late.Before[nameof(IIdempotencyStore.TryBeginAsync)] = () => _silence.Task;
        var process = NewProcess(new() { StoreTimeout = TimeSpan.FromSeconds(3) });

        await _scene.Clock.Awaiting(c => c.RunAsync(_scene.CallAsync(process: process).AsTask())).Should().ThrowAsync<TimeoutRejectedException>();

        _scene.Clock.Elapsed.Should().Be(TimeSpan.FromSeconds(3));
        _scene.Runs.Should().Be(0);
    }

    [Fact]
    public async Task A_completion_that_the_store_does_not_answer_is_given_up_after_the_store_timeout_and_repeated_soon()
    {
        var completions = 0;
        _late.Before[nameof(IIdempotencyStore.CompleteAsync)] = () => ++completions < 5 ? _silence.Task : Task.CompletedTask;
        var process = NewProcess(new() { StoreTimeout = TimeSpan.FromSeconds(3), CompletionAttempts = 5 });
        var call = _scene.CallAsync(process: process).AsTask();
        await _scene.Clock.TimerSetAsync(); // the lease's, which nobody needs any more

        foreach (var pause in (int[])[100, 200, 400, 800])
        {
            await NextTimerAsync(TimeSpan.FromSeconds(3));
            await NextTimerAsync(TimeSpan.FromMilliseconds(pause));
        }

        (await call).Value.Id.Should().Be("run 1");
        completions.Should().Be(5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_that_leaves_while_the_key_is_claimed_runs_nothing_and_leaves_the_key_free(bool granted)
    {
        using var caller = new CancellationTokenSource();
        if (granted)
        {
            _late.AfterClaim = () => caller.CancelAsync();
        }
        else
        {
            _late.Before[nameof(IIdempotencyStore.TryBeginAsync)] = () => caller.CancelAsync();
        }

        (await _scene.Awaiting(s => s.CallAsync(process: NewProcess(), cancellationToken: caller.Token).AsTask()).Should()
            .ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(caller.Token);

        _scene.Runs.Should().Be(0);
        _late.Before.Clear();
        _late.AfterClaim = static () => Task.CompletedTask;
        (await _scene.CallAsync(process: NewProcess(new() { WaitTimeout = TimeSpan.Zero }))).Value.Id.Should().Be("run 1");
    }

    [Safeguard("A late claim is released", SwitchedOff = "`IdempotencyServices.Claim` discards nothing")]
    [Fact, Trait("Spec", "FR10")]
    public async Task A_claim_that_the_store_grants_after_the_store_timeout_is_released_at_once()
    {
        _late.AfterClaim = () => _silence.Task;
        var released = new TaskCompletionSource();
        _late.Before[nameof(IIdempotencyStore.ReleaseAsync)] = () =>
        {
            released.SetResult();
            return Task.CompletedTask;
        };
        var late = _scene.CallAsync(process: NewProcess()).AsTask();
        await _scene.Clock.TimerSetAsync();
        _scene.Clock.Advance(TimeSpan.FromSeconds(5));
        await late.Awaiting(l => l).Should().ThrowAsync<TimeoutRejectedException>();

        _silence.SetResult();

        await Eventually.Ends(released.Task, "the late claim is released");
        _late.Before.Clear();
        await Eventually.Holds(
            async () => await _scene.CallAsync(process: NewProcess(new() { WaitTimeout = TimeSpan.Zero })).AsTask().ContinueWith(
                static call => call.IsCompletedSuccessfully, TaskScheduler.Default),
            "the key is free, without any time passing");
    }

    [Fact, Trait("Spec", "FR10")]
    public async Task A_late_claim_that_cannot_be_released_is_logged()
    {
        var log = new ListLogger();
        _late.AfterClaim = () => _silence.Task;
        _late.Before[nameof(IIdempotencyStore.ReleaseAsync)] = () => throw new InvalidOperationException("read-only");
        var late = _scene.CallAsync(process: NewProcess(new() { CompletionAttempts = 1 }, log)).AsTask();
        await _scene.Clock.TimerSetAsync();
        _scene.Clock.Advance(TimeSpan.FromSeconds(5));
        await late.Awaiting(l => l).Should().ThrowAsync<TimeoutRejectedException>();

        _silence.SetResult();

        await Eventually.Holds(
            () =>
            {
                lock (log.Entries)
                {
                    return log.Entries.Any(entry => entry.StartsWith("1033 ", StringComparison.Ordinal));
                }
            },
            "the log names the key");
    }

    [Fact]
    public async Task Duplicates_get_the_failure_of_a_claim_they_waited_for()
    {
        _late.Before[nameof(IIdempotencyStore.TryBeginAsync)] = () => _silence.Task;
        var process = NewProcess();
        var first = _scene.CallAsync(process: process).AsTask();
        var second = _scene.CallAsync(process: process).AsTask();

        _silence.SetException(new IOException("away"));

        await first.Awaiting(f => f).Should().ThrowAsync<IOException>();
        await second.Awaiting(s => s).Should().ThrowAsync<IOException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task Duplicates_get_the_timeout_of_a_claim_that_the_store_does_not_answer_whether_they_wait_or_not(int waitSeconds)
    {
        _late.Before[nameof(IIdempotencyStore.TryBeginAsync)] = () => _silence.Task;
        var process = NewProcess(new() { WaitTimeout = TimeSpan.FromSeconds(waitSeconds) });
        var first = _scene.CallAsync(process: process).AsTask();
        var second = _scene.CallAsync(process: process).AsTask();

        _scene.Clock.Advance(TimeSpan.FromSeconds(5));

        await first.Awaiting(f => f).Should().ThrowAsync<TimeoutRejectedException>();
        await second.Awaiting(s => s).Should().ThrowAsync<TimeoutRejectedException>();
    }

    [Fact]
    public async Task Even_where_duplicates_conflict_one_that_comes_while_a_stored_result_is_read_gets_the_result_too()
    {
        await _scene.CallAsync();
        var process = NewProcess(new() { WaitTimeout = TimeSpan.Zero });
        Task<IdempotentResult<Receipt>>? second = null;
        var reader = new HookedSerializer();
        var operation = new IdempotentOperation<int, Receipt>(static (_, _, _) => default, reader);
        reader.BeforeRead = () => second ??= _scene.CallAsync(operation, process).AsTask();

        var first = await _scene.CallAsync(operation, process);

        (await second!).Should().Be(first);
        first.Should().Be(new IdempotentResult<Receipt>(new Receipt("run 1", 5), Replayed: true));
    }

    [Fact]
    public async Task A_failure_that_could_not_be_stored_is_logged_and_the_caller_gets_the_failure_itself()
    {
        var log = new ListLogger();
        _late.Before[nameof(IIdempotencyStore.ReleaseAsync)] = () => throw new InvalidOperationException("read-only");
        var process = NewProcess(new() { CompletionAttempts = 1 }, log);

        await _scene.Awaiting(s => s.CallAsync(Failing(), process).AsTask()).Should().ThrowAsync<FormatException>();

        log.Entries.Should().ContainSingle(entry => entry.Contains(IdempotencyScene.Key.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_after_the_key_was_lost_is_logged_as_the_loss_of_the_lease_and_one_that_was_stored_is_not_logged()
    {
        var log = new ListLogger();
        var process = NewProcess(logger: log);
        await _scene.Awaiting(s => s.CallAsync(Failing(), process).AsTask()).Should().ThrowAsync<FormatException>();
        log.Entries.Should().BeEmpty();

        await _scene.Awaiting(s => s.CallAsync(
            s.Operation(async (lease, _) =>
            {
                await s.Memory.ReleaseAsync(lease);
                throw new FormatException();
            }),
            process).AsTask()).Should().ThrowAsync<FormatException>();

        log.Entries.Should().ContainSingle(entry => entry.StartsWith("1031 ", StringComparison.Ordinal));
    }

    private async Task NextTimerAsync(TimeSpan due)
    {
        (await _scene.Clock.TimerSetAsync()).Should().Be(due);
        _scene.Clock.Advance(due);
    }

    private IdempotentOperation<int, Receipt> Failing() => _scene.Operation(static (_, _) => throw new FormatException());

    private IdempotencyExecutor NewProcess(IdempotencyOptions? options = null, ListLogger? logger = null) => new(_late, options, _scene.Clock, logger);

    private sealed class HookedSerializer : IResultSerializer<Receipt>
    {
        private readonly JsonResultSerializer<Receipt> _inner = new("receipt", ShopJson.Default.Receipt);

        public Action? BeforeRead { get; set; }

        public string TypeTag => _inner.TypeTag;

        public ReadOnlyMemory<byte> Serialize(Receipt result) => _inner.Serialize(result);

        public Receipt Deserialize(ReadOnlyMemory<byte> payload)
        {
            BeforeRead?.Invoke();
            return _inner.Deserialize(payload);
        }
    }
}
