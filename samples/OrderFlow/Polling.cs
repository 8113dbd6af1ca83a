namespace OrderFlow;

/// <summary>Waiting for what the services do by themselves.</summary>
internal static class Polling
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Looks again and again until it holds.</summary>
    /// <returns>False when the patience ran out first.</returns>
    internal static async Task<bool> UntilAsync(Func<Task<bool>> holds, TimeSpan patience, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        for (var began = clock.GetTimestamp(); !await holds();)
        {
            if (clock.GetElapsedTime(began) > patience)
            {
                return false;
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }

        return true;
    }
}
