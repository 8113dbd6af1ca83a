namespace TechCorp.Resilience.Tests;

/// <summary>Operations that do not answer.</summary>
internal static class Hang
{
    public static async ValueTask<T> UntilCanceled<T>(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return default!;
    }
}
