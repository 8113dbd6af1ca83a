namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A file of the repository, by its path from the root with forward slashes.</summary>
internal sealed record RepositoryFile(string Path)
{
    public string FullPath => System.IO.Path.Combine(Repository.Root, Path);

    public string Name => System.IO.Path.GetFileName(Path);

    public string Text => File.ReadAllText(FullPath);

    public string[] Lines => File.ReadAllLines(FullPath);

    /// <summary>Text as git sees it: no zero byte near the start.</summary>
    public bool IsText
    {
        get
        {
            using var stream = File.OpenRead(FullPath);
            var head = new byte[8000];
            var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return !head.AsSpan(0, length).Contains((byte)0);
        }
    }
}
