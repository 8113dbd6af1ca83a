namespace TechCorp.Patterns;

/// <summary>Names what supported versions of a server do differently, on the test that states what is true of each. <c>eng/compatibility.sh</c> writes the
/// table of <c>docs/compatibility.md</c> from it.</summary>
/// <remarks>Several tests may name the same difference; exactly one of them says how it is dealt with.</remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true, Inherited = false)]
public sealed class DiffersByVersionAttribute(string difference) : Attribute
{
    /// <summary>The server and what its versions do, for example "RabbitMQ: 3.10 takes …; 4.0 and later refuse …".</summary>
    public string Difference { get; } = difference;

    /// <summary>What the packages do so that the difference harms nobody, or what their user does.</summary>
    public string? Handling { get; init; }
}
