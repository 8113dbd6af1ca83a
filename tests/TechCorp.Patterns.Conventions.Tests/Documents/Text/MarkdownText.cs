using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Markdown as GitHub shows it: what people read in it, without code, addresses and markup.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseTaskLists().UsePreciseSourceLocation().Build();

    public static MarkdownDocument Parse(string text) => Markdown.Parse(text, Pipeline);

    /// <summary>One for each paragraph, heading and cell of a table.</summary>
    public static IEnumerable<Prose> Prose(string path, string text)
        => from block in Parse(text).Descendants<LeafBlock>()
           where block.Inline is not null
           select Read(path, block);

    /// <summary>The text of a heading, with the text of its code.</summary>
    public static string Plain(ContainerInline inlines)
        => string.Concat(inlines.Descendants().Select(inline => inline switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            HtmlEntityInline entity => entity.Transcoded.ToString(),
            LineBreakInline => " ",
            _ => "",
        }));

    private static Prose Read(string path, LeafBlock block)
    {
        var writer = new ProseWriter(path, block.Line + 1);
        if (block is HeadingBlock heading)
        {
            writer.Write(0, new string('#', heading.Level) + " ");
        }

        foreach (var inline in block.Inline!.Descendants())
        {
            var line = inline.Line + 1;
            switch (inline)
            {
                case LiteralInline literal:
                    writer.Write(line, literal.Content.AsSpan());
                    break;
                case HtmlEntityInline entity:
                    writer.Write(line, entity.Transcoded.AsSpan());
                    break;
                case CodeInline or AutolinkInline:
                    writer.WriteCode(line);
                    break;
            }
        }

        return writer.ToProse();
    }
}
