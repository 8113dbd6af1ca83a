using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Reports exceptions of user callbacks and loggers, so that they change no call.</summary>
internal static partial class CallbackError
{
    internal static void Report(ILogger logger, Action<Exception>? onCallbackError, Exception exception, string callback, string name)
    {
        try
        {
            logger.CallbackFailed(callback, name, exception);
        }
        catch (Exception)
        {
            // The logger itself threw; the callback below still hears of the first exception.
        }

        try
        {
            onCallbackError?.Invoke(exception);
        }
        catch (Exception)
        {
            // Nothing is left to report it to, and the call goes on.
        }
    }

    [LoggerMessage(1001, LogLevel.Error, "The callback {Callback} of '{Name}' threw; the call continued without it.")]
    private static partial void CallbackFailed(this ILogger logger, string callback, string name, Exception exception);
}
