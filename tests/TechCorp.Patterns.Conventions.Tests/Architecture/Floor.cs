namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Folders of a package that stand on one floor: they may name each other, everything below and nothing above.</summary>
/// <param name="Folders">Paths from the root of the repository.</param>
/// <param name="Apart">The folders of this floor must not name each other either.</param>
internal sealed record Floor(IReadOnlyList<string> Folders, bool Apart = false)
{
    public string? FolderOf(string file) => Folders.FirstOrDefault(folder => file.StartsWith(folder + "/", StringComparison.Ordinal));

    public override string ToString() => string.Join(", ", Folders);
}
