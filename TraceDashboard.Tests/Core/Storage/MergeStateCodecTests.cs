using System.Text;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Tests.Core.Storage;

public sealed class MergeStateCodecTests
{
    [Fact]
    public void Versions_of_keys_are_read_back_as_they_were()
    {
        var span = Joined();

        var stored = MergeStateCodec.Encode(span.KeyVersions);

        Assert.Equal(
            """[{"p":"/a","c":1,"t":2,"h":"null"},{"n":1,"p":"/deep/x","c":1,"t":1,"h":"1"},{"n":2,"p":"/y","c":1,"t":3},{"p":"/b~1c","c":1,"t":1}]""",
            Encoding.UTF8.GetString(stored!));
        Assert.Equal(stored, MergeStateCodec.Encode(MergeStateCodec.DecodeKeyVersions(Encoding.UTF8.GetString(stored!))));
    }

    [Fact]
    public void Versions_of_keys_that_were_stored_with_whole_paths_are_read()
    {
        const string whole = """[{"p":"/a","c":1,"t":2,"h":"null"},{"p":"/a/deep/x","c":1,"t":1,"h":"1"},{"p":"/a/deep/y","c":1,"t":3},{"p":"/b~1c","c":1,"t":1}]""";

        var read = MergeStateCodec.DecodeKeyVersions(whole);

        Assert.Equal(MergeStateCodec.Encode(Joined().KeyVersions), MergeStateCodec.Encode(read));
    }

    private static SpanUpdate Joined()
    {
        var span = Update(1, """{"a":{"deep":{"x":1}},"b/c":1}""");
        SpanMerge.Join(span, Update(2, """{"a":null}"""), Update(3, """{"a":{"deep":{"y":3}}}"""), Update(4, """{"d":4}"""));
        return span;
    }

    private static SpanUpdate Update(long time, string attributes) =>
        new() { ProjectId = 1, TraceId = "t", SpanId = "s", Version = new UpdateVersion(1, time, 0), Attributes = Encoding.UTF8.GetBytes(attributes) };
}
