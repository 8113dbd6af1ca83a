namespace TechCorp.Resilience.Tests;

/// <summary>One store, any number of processes before it, and an operation under the test's control.</summary>
internal sealed class IdempotencyScene
{
    public static readonly IdempotencyKey Key = new("acme/payments", "charge-17");
    public static readonly Fingerprint Request = Fingerprint.Of("order 17");

    private int _runs;

    public IdempotencyScene()
    {
        Memory = new InMemoryIdempotencyStore(timeProvider: Clock);
        Store = new WatchedStore(Memory);
        Process = NewProcess();
    }

    public TestClock Clock { get; } = new();

    public InMemoryIdempotencyStore Memory { get; }

    public WatchedStore Store { get; }

    public IdempotencyExecutor Process { get; }

    public int Runs => Volatile.Read(ref _runs);

    public IdempotencyExecutor NewProcess(IdempotencyOptions? options = null) => new(Store, options, Clock);

    /// <summary>The given work as an operation whose runs are counted.</summary>
    public IdempotentOperation<int, Receipt> Operation(
        Func<IdempotencyLease, CancellationToken, ValueTask<Receipt>>? work = null,
        IdempotencyFailurePolicy onFailure = IdempotencyFailurePolicy.Release)
        => new(
            (_, lease, token) =>
            {
                var run = Interlocked.Increment(ref _runs);
                return work?.Invoke(lease, token) ?? new ValueTask<Receipt>(new Receipt($"run {run}", 5));
            },
            "receipt", ShopJson.Default.Receipt)
        {
            OnFailure = onFailure,
        };

    public ValueTask<IdempotentResult<Receipt>> CallAsync(
        IdempotentOperation<int, Receipt>? operation = null,
        IdempotencyExecutor? process = null,
        IdempotencyKey? key = null,
        Fingerprint? fingerprint = null,
        CancellationToken cancellationToken = default)
        => (process ?? Process).ExecuteAsync(operation ?? Operation(), key ?? Key, fingerprint ?? Request, 0, cancellationToken);
}
