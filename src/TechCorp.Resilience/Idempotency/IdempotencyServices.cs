using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>What the parts of the idempotency executor share.</summary>
internal sealed class IdempotencyServices
{
    internal IdempotencyServices(IIdempotencyStore store, IdempotencyOptions options, TimeProvider? timeProvider, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        OptionsCheck.Throw(nameof(IdempotencyOptions), options.Problems());
        Store = store;
        Memory = store as InMemoryIdempotencyStore;
        Options = options.Copy();
        Clock = new MonotonicClock(timeProvider ?? TimeProvider.System);
        Logger = SafeLogger.ScrubbingOnly(logger);
        var timeout = new TimeoutOptions { Timeout = Options.StoreTimeout, Mode = TimeoutMode.Abandon };
        Claim = new ResilientOperation<StoreClaim, IdempotencyClaim>(static (claim, attempt) => claim.TryBeginAsync(attempt.CancellationToken))
        {
            Discard = claim => _ = ReleaseLateAsync(claim),
        };
        StoreCalls = new TimeoutPolicy("idempotency store", timeout, Clock.Provider, Logger);
        Completion = ResiliencePipeline.Create(
            "idempotency completion",
            new ResiliencePipelineOptions
            {
                Timeout = timeout,
                Retry = new RetryOptions
                {
                    MaxAttempts = Options.CompletionAttempts,
                    BaseDelay = TimeSpan.FromMilliseconds(100),
                    MaxDelay = TimeSpan.FromSeconds(1),
                },
                CircuitBreaker = null,
            },
            Clock.Provider,
            Logger);
    }

    internal IIdempotencyStore Store { get; }

    /// <summary>The store, if it is one that answers without leaving the process.</summary>
    internal InMemoryIdempotencyStore? Memory { get; }

    internal IdempotencyOptions Options { get; }

    internal MonotonicClock Clock { get; }

    internal ILogger Logger { get; }

    /// <summary>Claims a key. A claim that the store grants after nobody waits for it any more would hold the key for a whole lease, and is released.</summary>
    internal ResilientOperation<StoreClaim, IdempotencyClaim> Claim { get; }

    /// <summary>Bounds each call to the store.</summary>
    internal TimeoutPolicy StoreCalls { get; }

    /// <summary>Bounds and repeats what must reach the store because the effect has happened.</summary>
    internal ResiliencePipeline Completion { get; }

    /// <summary>Ends a claim as no run of its operation. Never throws.</summary>
    private async Task ReleaseLateAsync(IdempotencyClaim claim)
    {
        if (claim.Status != IdempotencyClaimStatus.Acquired)
        {
            return;
        }

        var released = await Completion.TryExecuteAsync(
            static (run, token) => run.Store.ReleaseAsync(run.Lease, token), (Store, claim.Lease), CancellationToken.None).ConfigureAwait(false);
        if (released.Status != OutcomeStatus.Success)
        {
            Report(claim.Lease.Key, released.Exception, static (logger, key, exception) => logger.LateClaimNotReleased(key, exception));
        }
    }

    /// <summary>Logs about a key; a logger that throws changes neither the renewal of a lease nor the outcome of a call.</summary>
    internal void Report<TFacts>(IdempotencyKey key, TFacts facts, Action<ILogger, IdempotencyKey, TFacts> log)
    {
        try
        {
            log(Logger, key, facts);
        }
        catch (Exception exception)
        {
            CallbackError.Report(Logger, onCallbackError: null, exception, nameof(ILogger), key.ToString());
        }
    }
}
