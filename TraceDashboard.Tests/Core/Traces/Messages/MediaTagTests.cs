using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Tests.Core.Traces.Messages;

public sealed class MediaTagTests
{
    private const string Tag = "@@@langfuseMedia:type=image/png|id=Zm9vYmFyYmF6cXV4MTIzNA|source=base64_data_uri@@@";

    private static readonly MediaPart s_image = new("image", "image/png") { MediaId = "Zm9vYmFyYmF6cXV4MTIzNA" };

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"$"}}""")]
    [InlineData("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"$"}}""")]
    [InlineData("""{"inlineData":{"mimeType":"image/png","data":"$"}}""")]
    [InlineData("""{"type":"blob","modality":"image","mime_type":"image/png","content":"$"}""")]
    [InlineData("""{"type":"file","file":{"file_data":"$"}}""")]
    public void A_tag_in_the_place_of_data_is_the_uploaded_file(string part)
    {
        var content = MessageParser.Parse($$"""[{"role":"user","content":[{{part.Replace("$", Tag, StringComparison.Ordinal)}}]}]""", "user");

        Assert.Equal(s_image, Assert.Single(Assert.Single(content.Messages!).Parts));
    }

    [Fact]
    public void Tags_in_a_text_stand_between_its_pieces()
    {
        var content = MessageParser.Parse($$"""[{"role":"user","content":"Look: {{Tag}} and {{Tag}}"}]""", "user");

        Assert.Equal([new TextPart("Look: "), s_image, new TextPart(" and "), s_image], Assert.Single(content.Messages!).Parts);
    }

    [Fact]
    public void What_only_looks_like_a_tag_stays_text()
    {
        var content = MessageParser.Parse("""[{"role":"user","content":"@@@langfuseMedia:type=image/png|id=../../etc|source=x@@@"}]""", "user");

        Assert.IsType<TextPart>(Assert.Single(Assert.Single(content.Messages!).Parts));
    }

    [Fact]
    public void A_value_of_any_shape_has_its_files_found_once() =>
        Assert.Equal([s_image], MediaTag.Find($$"""{"image":"{{Tag}}","again":["{{Tag}}"]}"""));
}
