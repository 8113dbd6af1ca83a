using System.Diagnostics;

namespace TechCorp.Messaging;

/// <summary>Stops a span at the end of a block, whatever its listeners say.</summary>
internal readonly struct ActivityScope(Activity? activity) : IDisposable
{
    public void Dispose() => SafeTelemetry.Stop(activity);
}
