using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Reports what happens to a call: metric, log, callback. A logger or callback that throws changes no call.</summary>
internal sealed class PipelineEvents(string name, ILogger logger, RetryOptions? retry)
{
    internal void Retrying(int attempt, TimeSpan delay, Exception? exception, Exception? evidence)
    {
        ResilienceMetrics.Retried(name);
        try
        {
            logger.Retrying(name, attempt, delay, evidence);
        }
        catch (Exception loggerException)
        {
            CallbackFailed(loggerException, nameof(ILogger));
        }

        try
        {
            retry?.OnRetry?.Invoke(new RetryNotice(name, attempt, delay, exception));
        }
        catch (Exception callbackException)
        {
            CallbackFailed(callbackException, nameof(RetryOptions.OnRetry));
        }
    }

    /// <summary>Reports why a call gets no further attempt. Logs only where one might have been expected.</summary>
    /// <param name="attempt">The last attempt; <see langword="null"/> when the circuit rejected it.</param>
    /// <param name="stop">Why none follows.</param>
    /// <param name="status">How the call ends.</param>
    /// <param name="evidence">What went wrong in the last attempt.</param>
    internal void RetryStopped(int? attempt, RetryStop stop, OutcomeStatus status, Exception? evidence)
    {
        if (retry is null || status == OutcomeStatus.Canceled)
        {
            return;
        }

        ResilienceMetrics.RetryStopped(name, stop);
        if (attempt is not { } number || stop == RetryStop.NotRetryable)
        {
            return;
        }

        try
        {
            logger.RetryStopped(name, number, stop, evidence);
        }
        catch (Exception loggerException)
        {
            CallbackFailed(loggerException, nameof(ILogger));
        }
    }

    internal void TimedOut(TimeSpan limit)
    {
        ResilienceMetrics.TimedOut(name);
        try
        {
            logger.TimedOut(name, limit);
        }
        catch (Exception loggerException)
        {
            CallbackFailed(loggerException, nameof(ILogger));
        }
    }

    internal void CallbackFailed(Exception exception, string callback) => CallbackError.Report(logger, retry?.OnCallbackError, exception, callback, name);
}
