namespace TechCorp.Resilience;

/// <summary>What a call does while another call with its key runs.</summary>
public enum DuplicateMode
{
    /// <summary>Waits for it, up to <see cref="IdempotencyOptions.WaitTimeout"/>, and replays its outcome.</summary>
    Wait,

    /// <summary>Ends at once with <see cref="IdempotencyConflictException"/>.</summary>
    Conflict,
}
