namespace OrderFlow;

/// <summary>Waits for asynchronous work of the services.</summary>
internal static class Polling
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Checks a condition repeatedly until it is true.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="failure">The message if it never becomes true: <c>order 7 did not end</c>.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="FlowFaultException">The condition was not true within the timeout.</exception>
    internal static async Task WaitUntilAsync(Func<Task<bool>> condition, string failure, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var timeProvider = TimeProvider.System;
        for (var began = timeProvider.GetTimestamp(); !await condition();)
        {
            if (timeProvider.GetElapsedTime(began) > timeout)
            {
                throw new FlowFaultException($"{failure} within {timeout.TotalSeconds:0} s");
            }

            await Task.Delay(Interval, timeProvider, cancellationToken);
        }
    }
}
