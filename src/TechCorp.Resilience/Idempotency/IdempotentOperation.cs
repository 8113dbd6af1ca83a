using System.Text.Json.Serialization.Metadata;

namespace TechCorp.Resilience;

/// <summary>An operation whose effect happens once for each key. Make it once (a static field) and pass the state of each call.</summary>
/// <typeparam name="TState">What each call passes to the operation.</typeparam>
/// <typeparam name="TResult">What the operation returns and its duplicates get.</typeparam>
public sealed class IdempotentOperation<TState, TResult>
{
    /// <summary>Describes an operation.</summary>
    /// <param name="operation">
    /// Runs it. The lease has the attempt (above 1, an earlier run may have had its effect) and a fence to pass on; the token is canceled by the
    /// caller, and when the lease is lost.
    /// </param>
    /// <param name="serializer">Keeps its result.</param>
    public IdempotentOperation(Func<TState, IdempotencyLease, CancellationToken, ValueTask<TResult>> operation, IResultSerializer<TResult> serializer)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(serializer);
        Operation = operation;
        Serializer = serializer;
    }

    /// <summary>Describes an operation whose result is kept as JSON.</summary>
    /// <param name="operation">Runs it; see the other constructor.</param>
    /// <param name="typeTag">Names the format of the JSON: a registered name such as <c>"receipt"</c> or <c>"receipt.v2"</c>, at most 255 characters.</param>
    /// <param name="jsonTypeInfo">How the result is written and read; from a source-generated context, so that trimming and native compilation work.</param>
    public IdempotentOperation(
        Func<TState, IdempotencyLease, CancellationToken, ValueTask<TResult>> operation,
        string typeTag,
        JsonTypeInfo<TResult> jsonTypeInfo)
        : this(operation, new JsonResultSerializer<TResult>(typeTag, jsonTypeInfo))
    {
    }

    /// <summary>Runs the operation.</summary>
    public Func<TState, IdempotencyLease, CancellationToken, ValueTask<TResult>> Operation { get; }

    /// <summary>Keeps its result.</summary>
    public IResultSerializer<TResult> Serializer { get; }

    /// <summary>What an exception leaves behind. Default: <see cref="IdempotencyFailurePolicy.Release"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not an <see cref="IdempotencyFailurePolicy"/>.</exception>
    public IdempotencyFailurePolicy OnFailure
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(OnFailure), value, $"{nameof(OnFailure)} must be an {nameof(IdempotencyFailurePolicy)}.");
    } = IdempotencyFailurePolicy.Release;

    /// <summary>What this exception leaves behind; takes precedence over <see cref="OnFailure"/>. Default: none.</summary>
    /// <remarks>When it throws, or returns a value that is not an <see cref="IdempotencyFailurePolicy"/>, the key is in doubt.</remarks>
    public Func<Exception, IdempotencyFailurePolicy>? OnException { get; init; }
}
