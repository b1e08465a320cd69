using TraceDashboard.Core.Search;

namespace TraceDashboard.Tests.Core.Search;

public sealed class ScoreConditionTests
{
    [Theory]
    [InlineData("helpful", "helpful")]
    [InlineData(" helpful : * ", "helpful")]
    [InlineData("helpful:<0.40", "helpful:<0.4")]
    [InlineData("helpful:>= -1e3", "helpful:>=-1000")]
    [InlineData("helpful:0.5", "helpful:=0.5")]
    [InlineData("helpful:TRUE", "helpful:true")]
    [InlineData("helpful:=false", "helpful:false")]
    [InlineData("mood:happy", "mood:happy")]
    [InlineData("mood:=happy", "mood:happy")]
    [InlineData("mood:so so", "mood:\"so so\"")]
    [InlineData("mood:\"true\"", "mood:\"true\"")]
    [InlineData("mood:\"1\"", "mood:\"1\"")]
    [InlineData("my score:<1", "\"my score\":<1")]
    [InlineData("\"a:b\\\"\\\\\":\"*\"", "\"a:b\\\"\\\\\":\"*\"")]
    public void What_is_written_is_what_was_read(string text, string written)
    {
        Assert.True(ScoreCondition.TryParse(text, out var condition));
        Assert.Equal(written, condition.ToString());
        Assert.True(ScoreCondition.TryParse(written, out var again));
        Assert.Equal(condition, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData(":1")]
    [InlineData("helpful:")]
    [InlineData("helpful:<")]
    [InlineData("helpful:<high")]
    [InlineData("helpful:>true")]
    [InlineData("helpful:NaN")]
    [InlineData("helpful:1e999")]
    [InlineData("\"helpful")]
    [InlineData("\"helpful\"x")]
    [InlineData("helpful:\"\"")]
    [InlineData("helpful:\"a\"b")]
    public void What_has_another_form_is_refused(string? text) => Assert.False(ScoreCondition.TryParse(text, out _));
}
