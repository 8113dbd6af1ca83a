namespace OrderFlow;

/// <summary>Waiting for what the services do by themselves.</summary>
internal static class Polling
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Looks again and again until it holds.</summary>
    /// <param name="holds">Looks.</param>
    /// <param name="otherwise">What to say when it never does: <c>order 7 did not end</c>.</param>
    /// <param name="patience">How long to look.</param>
    /// <param name="cancellationToken">Gives up looking.</param>
    /// <exception cref="FlowFaultException">The patience ran out first.</exception>
    internal static async Task UntilAsync(Func<Task<bool>> holds, string otherwise, TimeSpan patience, CancellationToken cancellationToken)
    {
        var timeProvider = TimeProvider.System;
        for (var began = timeProvider.GetTimestamp(); !await holds();)
        {
            if (timeProvider.GetElapsedTime(began) > patience)
            {
                throw new FlowFaultException($"{otherwise} within {patience.TotalSeconds:0} s");
            }

            await Task.Delay(Pause, timeProvider, cancellationToken);
        }
    }
}
