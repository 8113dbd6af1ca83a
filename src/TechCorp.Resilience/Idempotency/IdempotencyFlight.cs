namespace TechCorp.Resilience;

/// <summary>A single flight: of the calls with one key and fingerprint in this process, the first one leads and the others wait for what it finds.</summary>
internal sealed class IdempotencyFlight
{
    private readonly TaskCompletionSource<bool> _claimed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<FlightResult> _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends as soon as the leader knows whether the operation is running, here or in another process.</summary>
    internal Task<bool> Claimed => _claimed.Task;

    /// <summary>Ends with what the leader found. Never faults.</summary>
    internal Task<FlightResult> Landed => _landed.Task;

    internal void SetClaimed(bool isRunning) => _claimed.TrySetResult(isRunning);

    internal void Land(FlightResult result)
    {
        _claimed.TrySetResult(false);
        _landed.TrySetResult(result);
    }
}
