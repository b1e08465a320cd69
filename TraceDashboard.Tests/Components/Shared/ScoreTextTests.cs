using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Components.Shared;

public sealed class ScoreTextTests
{
    [Theory]
    [InlineData(0.8444, "0.844")]
    [InlineData(0.5, "0.5")]
    [InlineData(0, "0")]
    [InlineData(0.00421, "0.00421")]
    [InlineData(4.256, "4.26")]
    [InlineData(127.6, "128")]
    [InlineData(45678.9, "45679")]
    [InlineData(-12.34, "-12.3")]
    [InlineData(0.0000123, "1.23e-5")]
    [InlineData(12_300_000, "1.23e+7")]
    public void A_mean_has_three_digits(double mean, string text) => Assert.Equal(text, ScoreText.Number(mean));

    [Theory]
    [InlineData(ScoreDataType.Boolean, 4, 0.75, null, 0, "75 % true", "75 % true", "s")]
    [InlineData(ScoreDataType.Boolean, 4, 1.0, null, 0, "True", "100 % true", "s:true")]
    [InlineData(ScoreDataType.Boolean, 1, 0.0, null, 0, "False", "0 % true", "s:false")]
    [InlineData(ScoreDataType.Categorical, 4, null, "ok", 4, "ok", "ok", "s:ok")]
    [InlineData(ScoreDataType.Categorical, 4, null, "ok", 2, "ok 50 %", "ok 50 %", "s:ok")]
    [InlineData(ScoreDataType.Numeric, 3, 0.73333, null, 0, "0.733", "0.733", "s:<=0.7334")]
    [InlineData(ScoreDataType.Numeric, 1, 0.123456789, null, 0, "0.123", "0.123", "s:<=0.123456789")]
    public void Averages_are_said_in_words_and_lead_to_traces_like_them(
        ScoreDataType type, int count, double? mean, string? category, int categoryCount, string ofTrace, string ofList, string condition)
    {
        var average = new ScoreAverage("s", type, count, mean, category, categoryCount);

        Assert.Equal(ofTrace, ScoreText.ValueOf(average).Replace(Format.Space, ' '));
        Assert.Equal(ofList, ScoreText.ShareOf(average).Replace(Format.Space, ' '));
        Assert.Equal(condition, ScoreText.ConditionOf(average).ToString());
    }
}
