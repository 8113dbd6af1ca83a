namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>Where the repository is.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder)
        => folder is null ? throw new InvalidOperationException("TechCorp.Patterns.sln is in no folder above the tests.")
            : File.Exists(Path.Combine(folder.FullName, "TechCorp.Patterns.sln")) ? folder.FullName
            : Find(folder.Parent);
}
