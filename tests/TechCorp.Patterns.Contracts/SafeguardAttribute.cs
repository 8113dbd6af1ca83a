namespace TechCorp.Patterns;

/// <summary>Names a safeguard that was switched off once, alone, to see this test go red. <c>eng/failure-modes.sh</c> writes the pages of
/// <c>docs/failure-modes</c> from it.</summary>
/// <remarks>Several tests may name the same safeguard; exactly one of them says how it was switched off.</remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true, Inherited = false)]
public sealed class SafeguardAttribute(string name) : Attribute
{
    /// <summary>The safeguard, in words that are unique in the repository.</summary>
    public string Name { get; } = name;

    /// <summary>What was changed in the source so that the safeguard no longer worked.</summary>
    public string? SwitchedOff { get; init; }

    /// <summary>What was seen of this test besides red, for example "does not end" or "on RabbitMQ".</summary>
    public string? Remark { get; init; }
}
