namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The repository that the tests were built from: its root and the files that are committed or about to be.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<RepositoryFile>> AllFiles = new(List);

    public static string Root { get; } = Find();

    public static IReadOnlyList<RepositoryFile> Files => AllFiles.Value;

    /// <summary>The files with an extension under one of the folders. None at all is a fault of the question, never a pass.</summary>
    public static IReadOnlyList<RepositoryFile> Sources(string extension, params string[] folders)
    {
        var found = Files
            .Where(file => file.Path.EndsWith(extension, StringComparison.Ordinal))
            .Where(file => folders.Any(folder => file.Path.StartsWith(folder + "/", StringComparison.Ordinal)))
            .ToList();
        return found.Count > 0
            ? found
            : throw new InvalidOperationException($"No *{extension} under {string.Join(", ", folders)}: the rule would hold for nothing.");
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TechCorp.Patterns.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"TechCorp.Patterns.sln is in no folder above {AppContext.BaseDirectory}.");
    }

    private static List<RepositoryFile> List()
    {
        // New files count before they are added: a rule that only sees them after the commit speaks too late.
        var listing = Command.Run(Root, "git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        return listing.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Distinct(StringComparer.Ordinal)
            .Select(path => new RepositoryFile(path))
            .Where(file => File.Exists(file.FullPath))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .ToList();
    }
}
