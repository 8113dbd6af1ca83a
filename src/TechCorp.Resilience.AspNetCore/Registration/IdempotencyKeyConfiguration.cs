namespace TechCorp.Resilience.AspNetCore;

/// <summary>What is wrong with the configuration section.</summary>
internal sealed class IdempotencyKeyConfiguration
{
    internal List<string> Problems { get; } = [];
}
