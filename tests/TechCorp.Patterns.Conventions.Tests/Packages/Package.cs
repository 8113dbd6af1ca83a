using System.Reflection;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>One of the packages and what it may depend on: the table that assemblies and packed files are held against.</summary>
/// <param name="Name">The id of the package, the name of its assembly and its only public namespace.</param>
/// <param name="Needs">What it must and may depend on beside the abstractions of Microsoft.Extensions and the framework.</param>
/// <param name="Reaches">What its code may name although another package brings it.</param>
internal sealed record Package(string Name, string[] Needs, string[] Reaches)
{
    private const string AspNetCore = "Microsoft.AspNetCore.App";

    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    public static IReadOnlyList<Package> All { get; } =
    [
        new("TechCorp.Resilience", [], []),
        new("TechCorp.Resilience.Http", ["Microsoft.Extensions.Http", "TechCorp.Resilience"], []),
        new("TechCorp.Resilience.AspNetCore", ["TechCorp.Resilience"], ["Microsoft.AspNetCore.App"]),
        new("TechCorp.Messaging", ["RabbitMQ.Client", "TechCorp.Resilience"], ["System.Threading.RateLimiting"]),
        new("TechCorp.Outbox", ["Dapper", "TechCorp.Messaging"], ["TechCorp.Resilience"]),
    ];

    public static TheoryData<string> Names => [.. All.Select(package => package.Name)];

    public Assembly Assembly => Assembly.Load(Name);

    public static Package Named(string name) => All.Single(package => package.Name == name);

    public bool Allows(string reference)
        => Needs.Contains(reference) || Reaches.Contains(reference) || IsAbstraction(reference) || (Reaches.Contains(AspNetCore) && IsOfAspNetCore(reference));

    public static bool IsFramework(string reference) => File.Exists(Path.Combine(Framework, reference + ".dll"));

    // The shared framework lies beside the runtime; a package that refers to it as a whole has no dependency for it.
    private static bool IsOfAspNetCore(string reference)
        => File.Exists(Path.Combine(Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Http.HttpContext).Assembly.Location)!, reference + ".dll"));

    private static bool IsAbstraction(string reference)
        => reference.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            && (reference.EndsWith(".Abstractions", StringComparison.Ordinal)
                || reference is "Microsoft.Extensions.Options" or "Microsoft.Extensions.Primitives");
}
