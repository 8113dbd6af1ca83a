namespace TechCorp.Messaging;

/// <summary>One step of closing what is thrown away: bounded, and whatever became of it, the next step follows.</summary>
internal static class ClosingStep
{
    internal static async Task TryAsync(Func<Task> step, TimeSpan timeout, TimeProvider timeProvider)
    {
        try
        {
            await step().WaitAsync(timeout, timeProvider).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever it says changes nothing.
        }
    }
}
