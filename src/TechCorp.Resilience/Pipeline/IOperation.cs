namespace TechCorp.Resilience;

/// <summary>
/// One call as the executor sees it. Implemented by structs, so that each shape of delegate gets its own compiled executor without allocation;
/// what most shapes do not have is a static default, because an instance default would box the struct.
/// </summary>
internal interface IOperation<TSelf, TResult>
    where TSelf : struct, IOperation<TSelf, TResult>
{
    /// <summary>Whether the operation holds its thread until it is done, so that timers start before it and waits hold the thread too.</summary>
    static virtual bool Blocks(in TSelf operation) => false;

    /// <summary>Whether a result may count as a failure.</summary>
    static virtual bool ClassifiesResults => false;

    static virtual bool MayRepeat(in TSelf operation) => true;

    static virtual bool HasFallback(in TSelf operation) => false;

    static virtual bool IsFailure(in TSelf operation, TResult result) => false;

    static virtual string? Explain(in TSelf operation, TResult failure) => null;

    static virtual TimeSpan? RetryAfter(in TSelf operation, TResult result) => null;

    static virtual void Discard(in TSelf operation, TResult result) => (result as IDisposable)?.Dispose();

    static virtual ValueTask<TResult> FallBackAsync(in TSelf operation, Exception? reason, CancellationToken cancellationToken)
        => throw new NotSupportedException("This operation has no fallback.");

    ValueTask<TResult> InvokeAsync(int attempt, CancellationToken cancellationToken);
}
