using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience;

/// <summary>Where exceptions of user callbacks and loggers end, so that they change no call.</summary>
internal static class CallbackError
{
    internal static void Report(ILogger logger, Action<Exception>? sink, Exception exception, string callback, string name)
    {
        try
        {
            Log.CallbackFailed(logger, exception, callback, name);
        }
        catch (Exception)
        {
            // The logger itself threw; the sink is told all the same.
        }

        try
        {
            sink?.Invoke(exception);
        }
        catch (Exception)
        {
            // The sink itself threw: there is nowhere left to tell it, and the call goes on.
        }
    }
}
