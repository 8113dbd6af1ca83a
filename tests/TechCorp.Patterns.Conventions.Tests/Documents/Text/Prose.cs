namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Text that people read: a paragraph of a document, a comment or a message. Code inside it is replaced by <see cref="Code"/>.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line on which the text starts.</param>
/// <param name="Text">A heading keeps its <c>#</c> signs; lines of the file are lines of the text.</param>
internal sealed record Prose(string Path, int Line, string Text)
{
    /// <summary>Stands for a piece of code, a reference or a placeholder.</summary>
    public const char Code = '\uFFFC';

    private static readonly string[] Documents = ["README.md", "README.pt-BR.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];
    private static readonly Lazy<IReadOnlyList<Prose>> Everything = new(() => [.. ReadDocuments(), .. ReadSources()]);

    /// <summary>The documents, and the comments and messages of the packages and samples.</summary>
    public static IReadOnlyList<Prose> All => Everything.Value;

    public bool IsPortuguese => Path == "README.pt-BR.md" || Path.StartsWith("docs/pt-BR/", StringComparison.Ordinal);

    /// <summary>The file and line of a position in the text.</summary>
    public string PlaceOf(int index) => $"{Path}:{Line + Text.AsSpan(0, index).Count('\n')}";

    private static IEnumerable<Prose> ReadDocuments()
        => Repository.Files.Where(IsDocument).SelectMany(file => MarkdownText.Prose(file.Path, file.Text));

    private static IEnumerable<Prose> ReadSources()
        => Repository.Sources(".cs", "src", "samples").SelectMany(file => SourceText.Prose(file.Path, file.Text));

    private static bool IsDocument(RepositoryFile file)
        => Documents.Contains(file.Path)
            || (file.Path.StartsWith("docs/", StringComparison.Ordinal) && file.Name.EndsWith(".md", StringComparison.Ordinal))
            || (file.Path.StartsWith("src/", StringComparison.Ordinal) && file.Name == "README.md");
}
