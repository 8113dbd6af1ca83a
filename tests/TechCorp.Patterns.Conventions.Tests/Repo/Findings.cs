namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What a rule found wrong, one line each.</summary>
internal static class Findings
{
    /// <summary>Fails with each finding on a separate line.</summary>
    public static void ShouldBeNone(this IEnumerable<string> findings, string because)
        => string.Join(Environment.NewLine, findings).Should().BeEmpty("{0}", because);

    /// <summary>The lines of the files that a test of a line objects to, as <c>path:line: text</c>.</summary>
    public static IEnumerable<string> Where(this IEnumerable<RepositoryFile> files, Func<string, bool> objects)
        => from file in files
           from line in file.Lines.Index()
           where objects(line.Item)
           select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";
}
