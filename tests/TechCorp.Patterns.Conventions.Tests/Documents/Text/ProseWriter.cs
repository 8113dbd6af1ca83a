using System.Text;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Puts pieces of text together so that each stays on its line.</summary>
internal sealed class ProseWriter(string path, int firstLine)
{
    private readonly StringBuilder _text = new();
    private int _lines;

    public void Write(int line, ReadOnlySpan<char> piece)
    {
        while (firstLine + _lines < line)
        {
            _text.Append('\n');
            _lines++;
        }

        _text.Append(piece);
        _lines += piece.Count('\n');
    }

    public void WriteCode(int line) => Write(line, [Prose.Code]);

    public Prose ToProse() => new(path, firstLine, _text.ToString());
}
