using System.Reflection;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The suites of the contracts assembly and the classes of the test assemblies that run them.</summary>
internal static class ContractMatrix
{
    private static readonly string[] TestAssemblies = ["TechCorp.Resilience.Tests", "TechCorp.Messaging.Tests", "TechCorp.Outbox.Tests"];

    public static IReadOnlyList<Type> Suites { get; } =
        [.. Assembly.Load("TechCorp.Patterns.Contracts").GetExportedTypes()
            .Where(type => type.IsAbstract && !type.IsSealed && Surface.PlainName(type).EndsWith("Contract", StringComparison.Ordinal))];

    private static IReadOnlyList<Type> Runs { get; } =
        [.. TestAssemblies.SelectMany(name => Assembly.Load(name).GetExportedTypes()).Where(type => type.IsClass && !type.IsAbstract)];

    /// <summary>What is missing, a line for each pair.</summary>
    public static IEnumerable<string> Gaps(IReadOnlyList<Type> suites)
        => suites.SelectMany(suite => ContractFamily.BackendsOf(suite) is { } backends
            ? backends.Where(backend => !RunsOf(suite).Any(run => Names(run, suite, backend)))
                .Select(backend => $"{Surface.PlainName(suite)} × {backend}: no test class runs it.")
            : [$"{Surface.PlainName(suite)}: its type parameter fits no line of ContractFamily, so the backends that must keep it are unknown."]);

    public static IEnumerable<Type> RunsOf(Type suite) => Runs.Where(type => Closed(type, suite) is not null);

    /// <summary>Whether the suite declares tests; a suite that others derive from may leave them to those.</summary>
    public static bool HasTests(Type suite)
        => Suites.Any(other => other != suite && Closed(other, suite) is not null)
            || suite.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Any(method => method.GetCustomAttributes().Any(attribute => attribute is Xunit.v3.IFactAttribute));

    private static bool Names(Type run, Type suite, Backend backend)
        => Closed(run, suite)!.GetGenericArguments().Append(run).Any(type => type.Name.StartsWith($"{backend}", StringComparison.OrdinalIgnoreCase));

    private static Type? Closed(Type type, Type suite)
    {
        for (var ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            if (ancestor == suite || (ancestor.IsGenericType && ancestor.GetGenericTypeDefinition() == suite))
            {
                return ancestor;
            }
        }

        return null;
    }
}
