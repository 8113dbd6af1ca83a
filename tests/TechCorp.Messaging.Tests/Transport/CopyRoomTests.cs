namespace TechCorp.Messaging.Tests;

/// <summary>What a copy of a message with very large headers keeps.</summary>
[Trait("Spec", "DL1")]
public sealed class CopyRoomTests
{
    private static readonly string Half = new('x', CopyRoom.MostBytes / 2);

    [Fact]
    public void What_fits_stays_as_it_is()
    {
        Dictionary<string, string> texts = new() { ["a"] = Half };
        var foreign = new ForeignProperties { Headers = new Dictionary<string, object?> { ["b"] = 1 } };

        CopyRoom.Fit(texts, foreign).Should().BeSameAs(foreign);

        texts.Should().ContainSingle();
    }

    [Safeguard("The headers of a copy fit into a frame")]
    [Fact]
    public void The_largest_headers_go_first_and_no_more_than_must()
    {
        Dictionary<string, string> texts = new() { ["a"] = "1", ["b"] = Half + "x", ["c"] = Half, ["d"] = "2" };

        CopyRoom.Fit(texts, null).Should().BeNull();

        texts.Should().Equal(new Dictionary<string, string> { ["a"] = "1", ["c"] = Half, ["d"] = "2", [MessageHeaders.DroppedHeaders] = "b" });
    }

    [Fact]
    public void None_of_ours_goes()
    {
        Dictionary<string, string> texts = new() { [MessageHeaders.ExceptionStack] = Half + Half, ["a"] = "1", [MessageHeaders.TraceParent] = "t" };

        CopyRoom.Fit(texts, null);

        texts.Keys.Should().BeEquivalentTo(MessageHeaders.ExceptionStack, MessageHeaders.TraceParent, MessageHeaders.DroppedHeaders);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("table")]
    [InlineData("bytes")]
    public void What_is_no_text_is_weighed_too_and_goes_with_its_text(string kind)
    {
        var bytes = new byte[CopyRoom.MostBytes];
        object value = kind switch
        {
            "list" => new List<object?> { bytes },
            "table" => new Dictionary<string, object?> { ["deep"] = new List<object?> { bytes } },
            _ => bytes,
        };
        Dictionary<string, string> texts = new() { ["large"] = "?" };

        var kept = CopyRoom.Fit(texts, new ForeignProperties { Priority = 7, Headers = new Dictionary<string, object?> { ["large"] = value, ["small"] = 1 } });

        kept!.Priority.Should().Be(7);
        kept.Headers.Should().Equal(new Dictionary<string, object?> { ["small"] = 1 });
        texts.Keys.Should().Equal(MessageHeaders.DroppedHeaders);
    }
}
