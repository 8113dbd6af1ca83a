namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The three rules of the floors, as objections to the types that a file names.</summary>
internal static class FloorRules
{
    public static IEnumerable<(TypeUse Use, string Objection)> Objections(PackageFloors package, IEnumerable<TypeUse> uses)
        => uses.Select(use => (use, Objection: Objection(package, use))).Where(found => found.Objection is not null)!;

    private static string? Objection(PackageFloors package, TypeUse use)
    {
        if (use.DeclaredIn is { } declaredIn)
        {
            return package.Objection(use.File, declaredIn);
        }

        if (package.Libraries.TryGetValue(use.Library, out var folders))
        {
            return folders.Any(folder => use.File.StartsWith(folder + "/", StringComparison.Ordinal))
                ? null
                : $"of {use.Library}, which only {string.Join(", ", folders)} may name";
        }

        return IsOfContainerOrHost(use) && package.Top.FolderOf(use.File) is null ? $"of the container or the host, which only {package.Top} may name" : null;
    }

    private static bool IsOfContainerOrHost(TypeUse use)
        => use is { Namespace: "Microsoft.Extensions.DependencyInjection", Name: "IServiceCollection" }
            || (use.Namespace == "Microsoft.Extensions.Hosting" && (use.Name.StartsWith("IHost", StringComparison.Ordinal) || use.Name == "BackgroundService"));
}
