using System.Text;
using TraceDashboard.Core.Merge;

namespace TraceDashboard.Tests.Core.Merge;

public class JsonAgreementTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"c":[1]}}""", """{"b":{"c":[1]},"a":2}""", """{"b":{"c":[1]}}""")]
    [InlineData("""{"a":1}""", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"b":1,"a":1}""", """{"a":1,"b":1}""", """{"a":1,"b":1}""")]
    [InlineData("""{"a":1}""", "{}", "{}")]
    [InlineData("""{"\ud83d":1,"x":"\ud83d"}""", """{"\ud83d":1,"x":"\ud83d","y":0}""", """{"\ud83d":1,"x":"\ud83d"}""")]
    public void Of_two_objects_what_both_say_is_left(string left, string right, string expected)
    {
        var (a, b) = (JsonAgreement.Normal(Encoding.UTF8.GetBytes(left)), JsonAgreement.Normal(Encoding.UTF8.GetBytes(right)));

        Assert.Equal(expected, Encoding.UTF8.GetString(JsonAgreement.Join(a, b)));
        Assert.Equal(expected, Encoding.UTF8.GetString(JsonAgreement.Join(b, a)));
    }

    [Theory]
    [InlineData(null, "{}", null)]
    [InlineData(null, """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"b":1,"a":2}""", """{"a":1}""", """{"b":1,"a":2}""")]
    [InlineData("""{"b":1,"a":2}""", """{"a":1,"c":3}""", """{"a":2,"b":1,"c":3}""")]
    public void What_is_said_of_the_whole_stands_before_what_all_parts_say(string? own, string others, string? expected) =>
        Assert.Equal(expected, JsonAgreement.Complete(own is null ? null : Encoding.UTF8.GetBytes(own), Encoding.UTF8.GetBytes(others)) is { } json ? Encoding.UTF8.GetString(json) : null);
}
