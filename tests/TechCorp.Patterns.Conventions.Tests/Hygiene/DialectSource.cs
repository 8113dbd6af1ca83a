using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A C# file with its syntax.</summary>
internal sealed record DialectSource(string Path, SyntaxNode Root, Microsoft.CodeAnalysis.Text.SourceText Text)
{
    private static readonly Lazy<IReadOnlyList<DialectSource>> Everything = new(
        () => [.. Repository.Sources(".cs", "src", "tests", "samples", "bench").AsParallel().AsOrdered().Select(file => Read(file.Path, file.Text))]);

    public static IReadOnlyList<DialectSource> All => Everything.Value;

    public static DialectSource Read(string path, string text)
    {
        var tree = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview), path);
        return new DialectSource(path, tree.GetRoot(), tree.GetText());
    }

    public string PlaceOf(SyntaxToken token) => $"{Path}:{LineOf(token.SpanStart) + 1}";

    public bool EndsItsLine(SyntaxToken token) => LineOf(token.GetNextToken().SpanStart) > LineOf(token.Span.End);

    /// <summary>The numbers of the lines, from zero, that a literal of several lines begins or goes on in: the text is as its reader gets it.</summary>
    public IEnumerable<int> LinesOfLongTexts()
        => Root.DescendantNodes()
            .Where(node => node is InterpolatedStringExpressionSyntax
                || (node is LiteralExpressionSyntax literal && literal.IsKind(SyntaxKind.StringLiteralExpression)))
            .Select(node => (From: LineOf(node.SpanStart), To: LineOf(node.Span.End)))
            .Where(lines => lines.To > lines.From)
            .SelectMany(lines => Enumerable.Range(lines.From, lines.To - lines.From + 1));

    private int LineOf(int position) => Text.Lines.GetLineFromPosition(position).LineNumber;
}
