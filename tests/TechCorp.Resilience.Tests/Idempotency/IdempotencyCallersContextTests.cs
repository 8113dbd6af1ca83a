using static TechCorp.Resilience.Tests.CallersContext;

namespace TechCorp.Resilience.Tests;

/// <summary>A caller with one thread may block on an idempotent call, wherever the call has to wait first.</summary>
public sealed class IdempotencyCallersContextTests
{
    private readonly IdempotencyScene _scene = new();
    private readonly TaskCompletionSource _gate = new();
    private readonly LateStore _late;
    private readonly IdempotencyExecutor _process;

    public IdempotencyCallersContextTests()
    {
        _late = new LateStore(_scene.Memory);
        _process = new IdempotencyExecutor(_late, timeProvider: _scene.Clock);
    }

    [Fact]
    public void It_waits_for_the_claim() => ShouldNotPostWhileWaitingFor(nameof(IIdempotencyStore.TryBeginAsync), _scene.Operation());

    [Fact]
    public void It_waits_for_the_completion() => ShouldNotPostWhileWaitingFor(nameof(IIdempotencyStore.CompleteAsync), _scene.Operation());

    [Fact]
    public void It_waits_for_a_failure_to_be_stored()
        => ShouldNotPostWhileWaitingFor(nameof(IIdempotencyStore.ReleaseAsync), _scene.Operation((_, _) => throw new IOException()));

    [Fact]
    public void It_waits_for_the_doubt_to_be_stored_when_its_result_cannot_be() => ShouldNotPostWhileWaitingFor(
        nameof(IIdempotencyStore.MarkInDoubtAsync), new IdempotentOperation<int, Receipt>(static (_, _, _) => default, new BrokenSerializer()));

    [Fact]
    public void It_waits_for_the_release_of_a_claim_whose_caller_has_canceled()
    {
        using var caller = new CancellationTokenSource();
        _late.AfterClaim = () =>
        {
            caller.Cancel(); // on this thread: the claim is granted, and the release is what the call waits for
            return Task.CompletedTask;
        };
        _late.Before[nameof(IIdempotencyStore.ReleaseAsync)] = () => _gate.Task;

        ShouldNotPost(() => _scene.CallAsync(process: _process, cancellationToken: caller.Token).AsTask(), _gate.SetResult);
    }

    [Fact]
    public void It_waits_for_an_operation_without_a_result() => ShouldNotPost(
        () => _process.ExecuteAsync((_, _, _) => new ValueTask(_gate.Task), IdempotencyScene.Key, default, 0).AsTask(),
        _gate.SetResult);

    [Fact]
    public async Task It_waits_for_another_process()
    {
        var other = await _scene.Memory.TryBeginAsync(new(
            IdempotencyScene.Key, IdempotencyScene.Request, Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(24)));

        ShouldNotPost(
            () => _scene.CallAsync(process: _process).AsTask(),
            () =>
            {
                _ = _scene.Memory.ReleaseAsync(other.Lease);
                _scene.Clock.Advance(TimeSpan.FromSeconds(1));
            });
    }

    [Theory]
    [InlineData(nameof(IIdempotencyStore.TryBeginAsync))]
    [InlineData(nameof(IIdempotencyStore.CompleteAsync))]
    public async Task It_waits_for_the_first_call_of_its_key(string late)
    {
        _late.Before[late] = () => _gate.Task;
        var first = _scene.CallAsync(process: _process);

        ShouldNotPost(() => _scene.CallAsync(process: _process).AsTask(), _gate.SetResult);

        await first;
        _scene.Runs.Should().Be(1);
    }

    private void ShouldNotPostWhileWaitingFor(string method, IdempotentOperation<int, Receipt> operation)
    {
        _late.Before[method] = () => _gate.Task;
        ShouldNotPost(() => _scene.CallAsync(operation, _process).AsTask(), _gate.SetResult);
    }

    private sealed class BrokenSerializer : IResultSerializer<Receipt>
    {
        public string TypeTag => "receipt";

        public ReadOnlyMemory<byte> Serialize(Receipt result) => throw new NotSupportedException();

        public Receipt Deserialize(ReadOnlyMemory<byte> payload) => throw new NotSupportedException();
    }
}
